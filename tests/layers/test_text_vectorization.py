"""TextVectorization as a layer: the ids of the tokenizer, and the numbers of Keras' layer, in every runtime."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_i18n import layers
from keras_i18n.tokenizers import TextVectorizationTokenizer, clean_text, conformance, from_text_vectorization
from tests.layers import mobile_runtime, runtimes
from tests.layers.test_ngram_tokenization import code_points

TEXTS = [
    "The cat sat on the mat, the CAT!",
    "Don't. stop",
    "",
    "...",
    "école ÉCOLE 猫。",
    "x" * 90,
    "a b " * 40,
    "a\0b",
]
TEXTS = [clean_text(text) for text in (*TEXTS, *conformance.REAL)]
OPTIONS = {
    "words": {"output_sequence_length": 6},
    "runs of words": {"ngrams": (2, 1), "output_mode": "tf_idf"},
    "characters": {"split": "character", "standardize": "lower", "ngrams": 2},
    "whole texts": {"split": None},
    "count": {"output_mode": "count", "standardize": "strip_punctuation"},
    "multi_hot": {"output_mode": "multi_hot", "max_tokens": 30, "pad_to_max_tokens": True},
}


@functools.cache
def theirs(name):
    layer = keras.layers.TextVectorization(**OPTIONS[name])
    layer.adapt(TEXTS)
    return layer


@functools.cache
def model_of(name):
    layer = theirs(name)
    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    ids = layers.tokenization_layer(from_text_vectorization(layer))(codepoints)
    return keras.Model(codepoints, layers.VectorizedTokens.from_layer(layer)(ids))


@pytest.mark.parametrize("name", OPTIONS)
def test_numbers_are_those_of_the_layer(name):
    expected = theirs(name)(tf.constant([[text] for text in TEXTS])).numpy()
    found = runtimes.keras_outputs(model_of(name), code_points(TEXTS))[0]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    declared = model_of(name).output_shape
    assert all(a in (None, b) for a, b in zip(declared, found.shape, strict=True))


@pytest.mark.parametrize("name", ["words", "runs of words"])
def test_every_runtime_gives_the_same(name):
    written = runtimes.Files(model_of(name))
    anything = np.random.default_rng(1).integers(-5, 0x110005, (50, 30)).astype(np.int32)
    batches = [code_points(TEXTS), code_points(TEXTS[2:3], 3), code_points(TEXTS[:1]), anything]
    for batch, mobile in zip(batches, mobile_runtime.outputs(written.tflite, batches), strict=True):
        expected = written.keras_outputs(batch)[0]
        for found in (
            written.tflite_outputs(batch)[0],
            written.onnx_outputs(batch)[0],
            mobile,
        ):
            np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_saved_files_keep_the_tables():
    model, batch = model_of("runs of words"), code_points(TEXTS)
    expected = runtimes.keras_outputs(model, batch)[0]
    np.testing.assert_array_equal(runtimes.saved_model_outputs(model, batch)[0], expected)
    for suffix in (".keras", ".h5"):
        np.testing.assert_array_equal(runtimes.keras_outputs(runtimes.round_trip(model, suffix), batch)[0], expected)


def test_config_twin_with_copied_weights():
    tokenizer = TextVectorizationTokenizer(["a", "a b", "c"], ngrams=(1, 2), standardize="lower", mask=False)
    layer = layers.TextVectorizationTokenization.from_tokenizer(tokenizer, max_tokens=3)
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    twin.set_weights(layer.get_weights())
    found = np.array(twin(code_points(["A b C", "a. b"])))
    np.testing.assert_array_equal(found, tokenizer.pad(tokenizer.tokenize(["A b C", "a. b"], max_tokens=3)))
    assert not layer.trainable_weights


def test_no_columns_and_no_rows():
    assert runtimes.keras_outputs(model_of("words"), np.zeros((2, 0), np.int32))[0].tolist() == [[0] * 6] * 2
    for name in OPTIONS:
        assert len(runtimes.keras_outputs(model_of(name), np.zeros((0, 4), np.int32))[0]) == 0


def test_refused():
    with pytest.raises(ValueError, match="`output_mode`"):
        layers.VectorizedTokens("one_hot", size=3)
    with pytest.raises(ValueError, match="`size`"):
        layers.VectorizedTokens("count")
    with pytest.raises(ValueError, match="at least 1"):
        layers.TextVectorizationTokenization.from_tokenizer(TextVectorizationTokenizer(["a"]), max_tokens=0)
