import keras
import numpy as np
import pytest

from keras_i18n.layers import MultilingualEmbedding, PackedEmbedding
from keras_i18n.layers.packed_embedding import pack_rows
from tests.layers import runtimes
from tests.layers.checks import TOKEN_IDS, assert_close, check_files, check_runtimes


def table_of_very_different_rows():
    generator = np.random.default_rng(1)
    return (generator.normal(size=(23, 6)) * 10.0 ** np.linspace(-3, 1.3, 23)[:, None]).astype("float32")


def packed_model():
    embedding = MultilingualEmbedding(15, 6, language_rows={"sw": 8})
    embedding.build()
    table = table_of_very_different_rows()
    embedding.set_weights([table[:15], table[15:]])
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    return keras.Model(token_ids, PackedEmbedding.of(embedding)(token_ids)), embedding


def test_files_and_runtimes():
    model, embedding = packed_model()
    check_files(model)
    check_runtimes(model)
    (vectors,) = runtimes.keras_outputs(model, TOKEN_IDS)
    exact = np.array(embedding(TOKEN_IDS))
    assert (np.abs(vectors - exact) <= np.abs(exact).max(-1, keepdims=True) / 243 + 8e-6).all()
    assert np.abs(vectors[TOKEN_IDS < 0]).max() == 0


@pytest.mark.parametrize("precision", ["float16", "int8"])
def test_converters_leave_the_rows_alone(precision):
    model, _ = packed_model()
    received = runtimes.tflite_outputs(runtimes.tflite_bytes(model, precision), TOKEN_IDS)
    assert_close(received, runtimes.keras_outputs(model, TOKEN_IDS), 1e-5, precision)


def test_it_takes_a_quarter_of_the_bytes():
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    embedding = MultilingualEmbedding(5000, 32)
    embedding.build()
    model = keras.Model(token_ids, PackedEmbedding.of(embedding)(token_ids))
    assert len(runtimes.tflite_bytes(model)) < 5000 * 33 + 10_000


def test_rows_of_zeros_and_the_smallest_and_largest_values():
    table = np.array([[0.0, 0.0], [1e-30, 0.0], [120.0, -120.0], [1e-4, -5e-5]], "float32")
    values, exponents = pack_rows(table)
    scales = 2.0 ** (exponents / 16.0 - 8)
    np.testing.assert_allclose(values * scales[:, None], table, atol=8e-6, rtol=0.005)
    with pytest.raises(ValueError, match=r"beyond 120.*Received: 200\.0"):
        pack_rows(np.array([[200.0]]))


def test_language_vectors_are_refused():
    with pytest.raises(ValueError, match=r"Language vectors cannot be packed\. Received: \['sw'\]"):
        PackedEmbedding.of(MultilingualEmbedding(5, 2, language_vectors=["sw"]))
