import keras
import numpy as np
import pytest

from keras_i18n.layers import AddedLanguage, PieceText, SourceTokens
from keras_i18n.layers.utf8_decoding import FIRST_BYTE, decode_bytes
from keras_i18n.tokenizers import train_unigram
from tests.layers.checks import check_files, check_runtimes

TEXTS = ["Guten Tag, wie geht es?", "ein Text", "नमस्ते दुनिया", "مرحبا"] * 5


@pytest.fixture(scope="module")
def tokenizer():
    return train_unigram(TEXTS, vocabulary_size=330, byte_fallback=True, begin=True, end=True)


def text_of(layer, tokenizer, sequences):
    return ["".join(chr(code) for code in row if code) for row in np.array(layer(tokenizer.pad(sequences)))]


def test_it_gives_what_the_library_gives(tokenizer):
    layer = PieceText.from_tokenizer(tokenizer)
    texts = [*TEXTS[:4], "", "  zwei  Wörter ", "日本語 👩🏽‍🚀 İ", "a\ud800b"]
    sequences = tokenizer.tokenize(texts)
    assert text_of(layer, tokenizer, sequences) == tokenizer.detokenize(sequences)
    random = np.random.default_rng(1)
    # any order of pieces and bytes, but for the byte 0
    ids = np.setdiff1d(np.arange(tokenizer.vocabulary_size), [tokenizer.piece_id("<0x00>")])
    bytes_only = [tokenizer.piece_id(f"<0x{byte:02X}>") for byte in (0xE3, 0x81, 0x82, 0xF0, 0x9F, 0xC3, 0xA9, 0x41)]
    sequences = [random.choice(ids, 12) for _ in range(150)] + [random.choice(bytes_only, 12) for _ in range(150)]
    assert text_of(layer, tokenizer, sequences) == tokenizer.detokenize(sequences)


@pytest.mark.parametrize("text", ["é", "あ", "👩", "\u07ff\u0800\uffff\U00010000\U0010ffff"])
def test_bytes_of_characters(text):
    given = np.array([[FIRST_BYTE + byte for byte in text.encode()]], "int32")
    assert "".join(chr(code) for code in np.array(decode_bytes(given))[0] if code) == text


def test_files_and_runtimes(tokenizer):
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    model = keras.Model(token_ids, PieceText.from_tokenizer(tokenizer)(token_ids))
    check_files(model)
    check_runtimes(model, 0)


def test_source_tokens():
    layer = SourceTokens(max_tokens=4, end_id=2, begins=False)
    rows = np.array([[5, 6, 7, 8, 9, 2], [5, 6, 2, -1, -1, -1], [5, 6, 7, 2, -1, -1]], "int32")
    assert np.array(layer(rows)).tolist() == [[5, 6, 7, 2], [5, 6, 2, -1], [5, 6, 7, 2]]
    twin = SourceTokens.from_config(SourceTokens(max_tokens=9, end_id=2, begins=True, first_tag=90).get_config())
    found = np.array(twin([np.array([[1, 5, 2]], "int32"), np.array([[3]], "int32")]))
    assert found.tolist() == [[93, 5, 2]]


def test_added_languages():
    layer = AddedLanguage.from_config(AddedLanguage(90).get_config())
    source_ids = np.array([[90, 5, 2], [92, 2, -1], [89, 90, 2], [-1, -1, -1]], "int32")
    assert np.array(layer(source_ids)).tolist() == [0, 2, -1, -1]
    assert np.array(layer(source_ids[:, :0])).tolist() == [-1] * 4
