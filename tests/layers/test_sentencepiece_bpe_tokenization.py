"""SentencePiece BPE as a layer: the ids of the sentencepiece library in Keras, LiteRT, tflite-runtime and ONNX Runtime."""

import functools
import io

import keras
import numpy as np
import pytest
import sentencepiece

from keras_i18n.layers import SentencePieceBPETokenization, tokenization_layer
from keras_i18n.tokenizers import SentencePieceBPETokenizer, UnigramTokenizer, clean_text, conformance
from tests.layers import mobile_runtime, runtimes
from tests.layers.test_ngram_tokenization import code_points
from tests.tokenizers.vocabularies import TEXTS, trained, written

OPTIONS = {
    "bytes": {
        "byte_fallback": True,
        "vocab_size": 420,
        "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False,
        "character_coverage": 0.98,
    },
    "space where there is none": {
        "byte_fallback": True,
        "vocab_size": 420,
        "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False,
        "add_dummy_prefix": False,
    },
    "nmt_nfkc": {"vocab_size": 200, "character_coverage": 0.98},
}


@functools.cache
def tokenizer_of(name):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS * 3),
        model_writer=model,
        model_type="bpe",
        minloglevel=2,
        num_threads=1,
        hard_vocab_limit=False,
        **OPTIONS[name],
    )
    return SentencePieceBPETokenizer(model.getvalue(), begin=True, prefix_space=name.startswith("space"))


@functools.cache
def texts_of(name):
    tokenizer = tokenizer_of(name)
    edges = [
        "",
        " ",
        "  a  b ",
        "\u2581a",
        "\u2581",
        "\0a",
        "a",
        "x" * 300,
        "<s>",
        "a\0b",
        "\ud800",
        "\u0378e\u0301",
        *conformance.REAL,
    ]
    return [clean_text(text) for text in (*TEXTS, *edges, *conformance.fuzzed_texts(tokenizer, 300))]


@pytest.mark.parametrize("name", OPTIONS)
def test_ids_are_those_of_the_library(name):
    tokenizer, texts = tokenizer_of(name), texts_of(name)
    ids = np.array(tokenization_layer(tokenizer)(code_points(texts)))
    for text, wanted, row in zip(texts, tokenizer.tokenize(texts), ids, strict=True):
        assert row[row != -1].tolist() == wanted.tolist(), ascii(text)


@pytest.mark.parametrize("name", ["bytes", "space where there is none"])
def test_every_runtime_gives_the_ids_of_the_tokenizer(name):
    tokenizer, texts = tokenizer_of(name), texts_of(name)
    given = keras.Input((None,), dtype="int32", name="codepoints")
    model = keras.Model(given, tokenization_layer(tokenizer)(given))
    files = runtimes.Files(model)
    batches = [code_points(texts), code_points(texts[:1]), code_points([""])]
    for batch, mobile, some in zip(
        batches, mobile_runtime.outputs(files.tflite, batches), (texts, texts[:1], [""]), strict=True
    ):
        ids = tokenizer.pad(tokenizer.tokenize(some))
        np.testing.assert_array_equal(files.tflite_outputs(batch)[0], ids)
        np.testing.assert_array_equal(files.onnx_outputs(batch)[0], ids)
        np.testing.assert_array_equal(mobile, ids)


def test_config_twin_with_copied_weights():
    tokenizer = tokenizer_of("nmt_nfkc")
    layer = SentencePieceBPETokenization.from_tokenizer(tokenizer, max_tokens=5)
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(twin(code_points(TEXTS)), tokenizer.pad(tokenizer.tokenize(TEXTS, max_tokens=5)))


def test_pieces_of_letters_that_are_none():
    """A piece whose letters are no pieces is found; its letters alone are unknown."""
    model = written([("ab", -1.0), ("abc", -2.0), ("\u2581", -3.0)], kind=2)
    tokenizer = SentencePieceBPETokenizer(model)
    texts = ["ab", "a", "abc", "cab", "aab", "xyz"]
    ids = np.array(tokenization_layer(tokenizer)(code_points(texts)))
    for wanted, row in zip(tokenizer.tokenize(texts), ids, strict=True):
        assert row[row != -1].tolist() == wanted.tolist()


def test_refused():
    with pytest.raises(ValueError, match=r"kind BPE here.*`UnigramTokenizer` reads it"):
        SentencePieceBPETokenizer(trained().model_bytes)
    with pytest.raises(ValueError, match="`SentencePieceBPETokenizer` reads it"):
        UnigramTokenizer(tokenizer_of("bytes").model_bytes)
    letters = [("a", -9.0), ("b", -9.5), ("ab", -1.0), ("ba", -1.0)]
    with pytest.raises(ValueError, match="differ in their scores"):
        tokenization_layer(SentencePieceBPETokenizer(written(letters, kind=2)))
    with pytest.raises(ValueError, match="no user-defined symbols"):
        tokenization_layer(SentencePieceBPETokenizer(written(letters[:3], kind=2, symbols=("<x>",))))
