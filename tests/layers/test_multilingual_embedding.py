import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_i18n.layers import MultilingualEmbedding
from tests.layers import runtimes
from tests.layers.checks import TOKEN_IDS, LayerCase, check_layer
from tests.layers.languages_of_texts import LanguageOfFirstToken


def with_languages():
    return MultilingualEmbedding(
        9,
        5,
        language_rows={"sw": 6, "zh-Hant": 8},
        language_vectors=("tr", "sw"),
        padding_id=-1,
        embeddings_initializer="glorot_normal",
    )


CALLS = {
    "lookup": lambda layer, token_ids, vectors, mask: layer(token_ids),
    "language": lambda layer, token_ids, vectors, mask: layer(token_ids, language=LanguageOfFirstToken()(token_ids)),
    "tied": lambda layer, token_ids, vectors, mask: layer(layer(token_ids), reverse=True),
}


@pytest.mark.parametrize("call", CALLS)
def test_shared_checks(call):
    make = with_languages
    if call != "language":  # a vector that is not used would have no gradient

        def make():
            return with_languages().resized({"sw": 6, "zh-Hant": 8}, ())

    check_layer(LayerCase(make=make, call=CALLS[call], by_token=True))


def test_ids_name_shared_rows_then_those_of_each_language():
    layer = with_languages()
    layer.build()
    table = np.concatenate(
        [layer.embeddings.numpy(), *(layer.language_resources(it)["rows"] for it in ("sw", "zh-Hant"))]
    )
    assert layer.num_rows == len(table) == 23
    token_ids = np.arange(23)[None].astype("int32")
    np.testing.assert_array_equal(np.array(layer(token_ids))[0], table)
    np.testing.assert_allclose(np.array(layer(table, reverse=True)), table @ table.T, atol=1e-6)


def test_padding_gives_zeros():
    embedding = MultilingualEmbedding(10, 3, padding_id=2)
    vectors = np.array(embedding(np.array([[1, 2]], "int32")))
    assert np.abs(vectors[0, 0]).sum() > 0
    assert np.abs(vectors[0, 1]).sum() == 0


def test_swapping_a_language_leaves_the_rest_bit_for_bit():
    layer = with_languages()
    layer.build()
    before = {weight.path: weight.numpy() for weight in layer.weights}
    new = {"rows": np.full((6, 5), 0.5, "float32"), "vector": np.arange(5, dtype="float32")}
    layer.set_language_resources("sw", new)
    for name, value in layer.language_resources("sw").items():
        np.testing.assert_array_equal(value, new[name])
    changed = {weight.name for weight in layer.weights if not np.array_equal(weight.numpy(), before[weight.path])}
    assert changed == {"rows_sw", "language_vectors"}
    np.testing.assert_array_equal(layer.language_resources("tr")["vector"], np.zeros(5))


def test_adding_and_removing_languages_keeps_what_both_have():
    layer = with_languages()
    layer.build()
    layer.set_language_resources("sw", {"vector": np.ones(5)})
    larger = layer.resized({"yo": 3, "sw": 9}, ("sw", "yo"))
    assert larger.num_rows == 9 + 3 + 9
    np.testing.assert_array_equal(larger.embeddings.numpy(), layer.embeddings.numpy())
    np.testing.assert_array_equal(larger.language_resources("sw")["rows"][:6], layer.language_resources("sw")["rows"])
    np.testing.assert_array_equal(larger.language_resources("sw")["vector"], np.ones(5))


def test_a_tied_table_is_stored_once_in_tflite():
    layer = MultilingualEmbedding(5000, 32)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    model = keras.Model(token_ids, layer(layer(token_ids), reverse=True))
    assert len(runtimes.tflite_bytes(model)) < 1.2 * 5000 * 32 * 4


def test_half_precision_reads_rows_and_keeps_the_gradient_by_row():
    layer = MultilingualEmbedding(50, 4, dtype="mixed_float16")
    layer.build()
    with tf.GradientTape() as tape:
        vectors = layer(TOKEN_IDS)
        loss = tf.reduce_sum(tf.cast(vectors, "float32"))
    assert vectors.dtype == tf.float16
    assert isinstance(tape.gradient(loss, layer.embeddings.value), tf.IndexedSlices)


def test_an_id_beyond_the_last_row_is_refused():
    for layer in (MultilingualEmbedding(10, 3), MultilingualEmbedding(6, 3, language_rows={"sw": 4})):
        with pytest.raises(tf.errors.InvalidArgumentError, match="not in"):
            layer(np.array([[10]], "int32"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vocabulary_size": 0, "dim": 4}, r"`vocabulary_size` must be at least 1\. Received: 0"),
        ({"vocabulary_size": 4, "dim": 0}, r"`dim` must be at least 1\. Received: 0"),
        ({"vocabulary_size": 4, "dim": 4, "language_rows": {"sw": 0}}, r"language_rows\['sw'\].*Received: 0"),
        ({"vocabulary_size": 4, "dim": 4, "language_vectors": "sw"}, r"list of languages\. Received: 'sw'"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        MultilingualEmbedding(**arguments)


def test_resources_of_another_shape_or_language_are_refused():
    layer = with_languages()
    layer.build()
    with pytest.raises(ValueError, match=r"rows of 'sw' must have the shape \(6, 5\)\. Received: \(7, 5\)"):
        layer.set_language_resources("sw", {"rows": np.zeros((7, 5))})
    with pytest.raises(ValueError, match=r"one of \['sw', 'tr', 'zh-Hant'\]\. Received: 'de'"):
        layer.language_resources("de")
