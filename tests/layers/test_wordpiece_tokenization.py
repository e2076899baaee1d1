"""WordPiece as a layer: the ids of the tokenizer in Keras, SavedModel, LiteRT, tflite-runtime and ONNX Runtime."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_i18n.layers import WordPieceTokenization, tokenization_layer
from keras_i18n.tokenizers import WordPieceTokenizer, clean_text, conformance
from tests.layers import mobile_runtime, runtimes
from tests.layers.test_ngram_tokenization import BATCHES, TEXTS, code_points, expected_ids
from tests.tokenizers.vocabularies import folded_pieces, folding_texts, wordpieces

EDGES = [
    *("", "x" * 100, "x" * 101, "[CLS]", "[CLS][SEP]a[MASK]b", "[CLS", "##a", "é" * 50 + "\u0301" * 60, "a b " * 40),
    *(
        "\U0001d158\U0001d16d\U0001d165 \u093e\u1b44\u302e",
        "각각 \u1112\u1161\u11ab",
        "\uf8ff\u200db\xadc",
        *conformance.REAL,
    ),
]
TOKENIZERS = {
    "uncased": WordPieceTokenizer(wordpieces(), begin=True, end=True),
    "cased": WordPieceTokenizer(wordpieces(), lowercase=False, special_tokens=(), max_word_length=9),
}


@functools.cache
def files(name, max_tokens=None):
    """The tokenizer, its Keras model, and its files."""
    tokenizer = TOKENIZERS[name]
    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    model = keras.Model(codepoints, tokenization_layer(tokenizer, max_tokens=max_tokens)(codepoints))
    return tokenizer, model, runtimes.Files(model)


@pytest.mark.parametrize("name", TOKENIZERS)
def test_every_runtime_gives_the_ids_of_the_tokenizer(name):
    tokenizer, _, written = files(name)
    groups = [*BATCHES, EDGES, *([text] for text in EDGES[3:8])]
    batches = [code_points(texts, max(map(len, texts)) + 1) for texts in groups]
    batches.append(np.random.default_rng(1).integers(-5, 0x110005, (50, 30)).astype(np.int32))
    groups.append(["".join(chr(c) if 0 <= c < 0x110000 else "\ufffd" for c in row) for row in batches[-1]])
    from_mobile = mobile_runtime.outputs(written.tflite, batches)
    for texts, batch, mobile in zip(groups, batches, from_mobile, strict=True):
        ids = expected_ids(tokenizer, texts)
        np.testing.assert_array_equal(written.keras_outputs(batch)[0], ids)
        np.testing.assert_array_equal(written.tflite_outputs(batch)[0], ids)
        np.testing.assert_array_equal(written.onnx_outputs(batch)[0], ids)
        np.testing.assert_array_equal(mobile, ids)


@pytest.mark.parametrize("strip_accents", [False, True])
def test_words_that_folding_composes(strip_accents):
    """Also a piece that no text spells, made of a letter and of a mark that is none before it is folded: か and ﾞ."""
    texts = ["\u304b\uff9e\u304b", "ㄱㅏ ⑴ … \u2a74", "\U00016d63" + "\U00016d67" * 6, "\U0001611e" * 5 + "\U0001611f"]
    texts += [clean_text(text) for text in folding_texts(1_500, seed=5)]
    tokenizer = WordPieceTokenizer(
        folded_pieces(texts), strip_accents=strip_accents, characters="keras_hub_unicode_16", compose=True
    )
    assert tokenizer.tokenize(texts[:1])[0].tolist() == [tokenizer.piece_id("\u304c"), tokenizer.piece_id("##\u304b")]
    layer = WordPieceTokenization.from_tokenizer(tokenizer)
    run = tf.function(layer.call, input_signature=[tf.TensorSpec((None, None), tf.int32)], autograph=False)
    for start in range(0, len(texts), 250):
        part = texts[start : start + 250]
        np.testing.assert_array_equal(run(code_points(part)), expected_ids(tokenizer, part))


def test_composing_leaves_what_is_a_word_of_its_own():
    """A compatibility ideograph, a Greek question mark: Hugging Face's classes fold neither."""
    texts = ["\uf900\u037ea\u0301", "\u8c48;"]
    tokenizer = WordPieceTokenizer(
        ["[UNK]", "\uf900", "\u8c48", "\u037e", ";", "\xe1"], strip_accents=False, compose=True
    )
    assert [ids.tolist() for ids in tokenizer.tokenize(texts)] == [[1, 3, 5], [2, 4]]
    layer = WordPieceTokenization.from_tokenizer(tokenizer)
    np.testing.assert_array_equal(layer(code_points(texts)), expected_ids(tokenizer, texts))


def test_saved_files_keep_the_tables():
    tokenizer, model, written = files("uncased")
    batch, expected = code_points(TEXTS), expected_ids(tokenizer, TEXTS)
    np.testing.assert_array_equal(written.saved_model_outputs(batch)[0], expected)
    for suffix in (".keras", ".h5"):
        np.testing.assert_array_equal(runtimes.keras_outputs(runtimes.round_trip(model, suffix), batch)[0], expected)


def test_config_twin_with_copied_weights():
    tokenizer = TOKENIZERS["uncased"]
    layer = WordPieceTokenization.from_tokenizer(tokenizer, max_tokens=5)
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(twin(code_points(TEXTS)), tokenizer.pad(tokenizer.tokenize(TEXTS, max_tokens=5)))
    assert not layer.trainable_weights


def test_no_columns_and_no_rows():
    _, model, *_ = files("cased")
    assert runtimes.keras_outputs(model, np.zeros((2, 0), np.int32))[0].tolist() == [[-1], [-1]]
    assert runtimes.keras_outputs(model, np.zeros((0, 4), np.int32))[0].shape == (0, 1)


def test_refused():
    with pytest.raises(ValueError, match="at least 2"):
        WordPieceTokenization.from_tokenizer(TOKENIZERS["uncased"], max_tokens=1)
    with pytest.raises(ValueError, match="at most 64 code points"):
        WordPieceTokenization.from_tokenizer(WordPieceTokenizer(["[UNK]", "x" * 65]))
