"""Characters to ids: the ids of the tokenizer in Keras, SavedModel, LiteRT, tflite-runtime and ONNX Runtime."""

import functools

import keras
import numpy as np
import pytest

from keras_i18n.layers import CharacterTokenization, tokenization_layer
from keras_i18n.tokenizers import CharacterTokenizer
from tests.layers import mobile_runtime, runtimes
from tests.layers.test_ngram_tokenization import BATCHES, TEXTS, code_points, expected_ids

TOKENIZERS = {
    "every script": CharacterTokenizer.train(TEXTS),
    "without ends": CharacterTokenizer.train(TEXTS, begin=False, end=False, compose=False),
    "rare ones unknown": CharacterTokenizer.train(TEXTS, max_characters=20, end=False, compose=False),
    "last code point": CharacterTokenizer("\x01a\x7f\x80日\U0010ffff\ufffd", begin=False),
}


@functools.cache
def files(name, max_tokens=None):
    """The tokenizer, its Keras model, and its files."""
    tokenizer = TOKENIZERS[name]
    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    model = keras.Model(codepoints, tokenization_layer(tokenizer, max_tokens=max_tokens)(codepoints))
    return tokenizer, model, runtimes.Files(model)


def assert_everywhere(name, batches, expected, **options):
    _, _, written = files(name, **options)
    for batch, ids, from_mobile in zip(batches, expected, mobile_runtime.outputs(written.tflite, batches), strict=True):
        np.testing.assert_array_equal(written.keras_outputs(batch)[0], ids)
        np.testing.assert_array_equal(written.tflite_outputs(batch)[0], ids)
        np.testing.assert_array_equal(written.onnx_outputs(batch)[0], ids)
        np.testing.assert_array_equal(from_mobile, ids)


@pytest.mark.parametrize("name", TOKENIZERS)
def test_every_runtime_gives_the_ids_of_the_tokenizer(name):
    inputs = [code_points(texts, max(map(len, texts)) + extra) for extra, texts in enumerate(BATCHES, start=1)]
    assert_everywhere(name, inputs, [expected_ids(TOKENIZERS[name], texts) for texts in BATCHES])


def test_any_int32_numbers_are_taken_as_the_replacement_character():
    generator = np.random.default_rng(5)
    anything = generator.integers(-(2**31), 2**31, (200, 30)).astype(np.int32)
    near = generator.integers(-5, 0x110005, (200, 30)).astype(np.int32)
    edges = np.array([[-(2**31), 2**31 - 1, -1, 97, 0x10FFFF, 0x110000, 0, 0xD7FF, 0xD800, 0xDFFF, 0xE000]], np.int32)
    batches = [anything, near, edges]
    texts = [["".join(chr(c) if 0 <= c < 0x110000 else "\ufffd" for c in row) for row in batch] for batch in batches]
    for name in ("every script", "last code point"):
        assert_everywhere(name, batches, [expected_ids(TOKENIZERS[name], some) for some in texts])


@pytest.mark.parametrize("max_tokens", [2, 7])
def test_the_end_piece_stays_where_texts_are_cut(max_tokens):
    tokenizer = TOKENIZERS["every script"]
    expected = tokenizer.pad(tokenizer.tokenize(TEXTS, max_tokens=max_tokens))
    assert_everywhere("every script", [code_points(TEXTS)], [expected], max_tokens=max_tokens)


def test_saved_files_keep_the_tables():
    tokenizer, model, written = files("every script")
    batch, expected = code_points(TEXTS), expected_ids(tokenizer, TEXTS)
    np.testing.assert_array_equal(written.saved_model_outputs(batch)[0], expected)
    for suffix in (".keras", ".h5"):
        np.testing.assert_array_equal(runtimes.keras_outputs(runtimes.round_trip(model, suffix), batch)[0], expected)


def test_config_twin_with_copied_weights():
    tokenizer = TOKENIZERS["every script"]
    layer = CharacterTokenization.from_tokenizer(tokenizer, max_tokens=5)
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(twin(code_points(TEXTS)), tokenizer.pad(tokenizer.tokenize(TEXTS, max_tokens=5)))
    assert not layer.trainable_weights


def test_no_columns_and_no_rows():
    _, model, *_ = files("without ends")
    assert runtimes.keras_outputs(model, np.zeros((2, 0), np.int32))[0].tolist() == [[-1], [-1]]
    assert runtimes.keras_outputs(model, np.zeros((0, 4), np.int32))[0].shape == (0, 1)


def test_refused():
    with pytest.raises(ValueError, match="at least 2"):
        CharacterTokenization.from_tokenizer(TOKENIZERS["every script"], max_tokens=1)
