import warnings

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models.text_inputs import MAX_CODEPOINTS
from keras_i18n.progress import Progress
from tests.models.conftest import make_pooling_classifier

TEXTS = [
    "wake me up at six",
    "",
    "a",
    "¿qué tiempo hará mañana por la tarde en Bilbao?",
    "👩‍👩‍👧",
    "x \ud800 y",
    "\0",
    " \t\n",
]


def test_a_text_gives_the_same_vector_alone_and_in_a_batch(small_encoder):
    together = small_encoder.encode(TEXTS)
    assert together.shape == (len(TEXTS), small_encoder.dim)
    assert together.dtype == np.float32
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(small_encoder.encode([text])[0], vector, atol=2e-6)


def test_so_does_the_pretrained_encoder(preset_encoder):
    together = preset_encoder.encode(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(preset_encoder.encode([text])[0], vector, atol=2e-6)


def test_the_order_of_texts_is_kept(small_encoder):
    texts = [f"{number} " * (number % 7) + "ok" for number in range(100)]
    vectors = small_encoder.encode(texts)
    order = np.random.default_rng(1).permutation(100)
    shuffled = small_encoder.encode([texts[place] for place in order])
    np.testing.assert_allclose(shuffled, vectors[order], atol=2e-6)
    assert len(np.unique(vectors.round(3), axis=0)) > 20


def test_padded_batches_keep_the_order_too(tokenizer):
    classifier = make_pooling_classifier(tokenizer, ["a", "b"])
    texts = [f"{number} " * (number % 13) for number in range(700)]  # more than a batch
    scores = classifier.predict(texts)
    for row in (0, 1, 350, 699):
        np.testing.assert_allclose(classifier.predict([texts[row]])[0], scores[row], atol=1e-6)


def test_no_texts(small_encoder, tokenizer):
    assert small_encoder.encode([]).shape == (0, 16)
    classifier = make_pooling_classifier(tokenizer, ["a", "b", "c"])
    assert classifier.predict([]).shape == (0, 3)
    assert classifier.classify([]) == []


def test_every_text_is_finite(small_encoder):
    assert np.isfinite(small_encoder.encode(TEXTS)).all()
    np.testing.assert_array_equal(small_encoder.encode(["\ud800"]), small_encoder.encode(["\udfff"]))


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("one text", r"list of str. Received: 'one text'. Put it into a list"),
        (b"bytes", "list of str. Received: b'bytes'"),
        (["a", None], r"Received: None \(NoneType\) at 1"),
        (["a", 3.5], r"Received: 3.5 \(float\) at 1"),
        ([b"a"], r"Received: b'a' \(bytes\) at 0"),
    ],
)
def test_what_is_no_list_of_str_is_refused(small_encoder, texts, message):
    with pytest.raises(TypeError, match=message):
        small_encoder.encode(texts)


def test_a_megabyte_is_cut_with_one_warning(small_encoder):
    long = "wake me up " * 100_000
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        vectors = small_encoder.encode(["short", long, long + "!"])
    assert [str(warning.message) for warning in caught] == [
        f"2 of 3 texts are longer than {MAX_CODEPOINTS:,} code points and were cut there."
    ]
    np.testing.assert_allclose(vectors[1], small_encoder.encode([long[:MAX_CODEPOINTS]])[0], atol=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small_encoder.encode([long[:MAX_CODEPOINTS]])


def test_the_classifier_warns_once_too(small_encoder):
    classifier = ki.TextClassifier.on_encoder(small_encoder, labels=["a", "b"])
    with pytest.warns(UserWarning, match=r"1 of 1 texts are longer") as caught:
        classifier.classify(["a " * MAX_CODEPOINTS])
    assert len(caught) == 1


def test_progress_counts_every_text(small_encoder):
    told = []
    small_encoder.encode(["one two three"] * 3000, progress=told.append)
    assert told[-1] == Progress("texts", 3000, 3000)
    assert len(told) > 1


def test_networks_that_do_not_fit_are_refused(tokenizer, small_encoder):
    import keras

    images = keras.Input((8, 8, 3))
    with pytest.raises(ValueError, match=r"one input of token ids"):
        ki.TextEncoder(tokenizer=tokenizer, network=keras.Model(images, keras.layers.Flatten()(images)))

    class Own(keras.Model):
        pass

    with pytest.raises(ValueError, match=r"functional keras.Model. Received: Own"):
        ki.TextEncoder(tokenizer=tokenizer, network=Own())
    with pytest.raises(ValueError, match=r"max_codepoints"):
        ki.TextEncoder(tokenizer=tokenizer, network=small_encoder.network, max_codepoints=0)


def test_a_network_built_upon_the_encoder_runs_all_its_layers(tokenizer, small_encoder):
    """The fast path knows one network; one with more layers and the same name must not take it."""
    import keras

    source = small_encoder.network
    network = keras.Model(source.inputs[0], keras.layers.Dense(3, name="more")(source.outputs[0]), name=source.name)
    encoder = ki.TextEncoder(tokenizer=tokenizer, network=network)
    batch = tokenizer.pad(tokenizer.tokenize(["wake me up"]))
    np.testing.assert_allclose(encoder.encode(["wake me up"]), np.array(network(batch)), atol=1e-6)
