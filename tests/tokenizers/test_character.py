"""Characters as tokens: any script comes back as it was, what is unknown says so."""

import unicodedata

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from keras_i18n.tokenizers import CharacterTokenizer

TEXTS = ["İstanbul'da ılık", "हिन्दी", "العربية", "日本語", "ภาษาไทย", "👩‍👩‍👧‍👦", ""]


def test_texts_come_back():
    tokenizer = CharacterTokenizer.train(TEXTS)
    ids = tokenizer.tokenize(TEXTS)
    assert [len(row) for row in ids] == [len(text) + 2 for text in TEXTS]
    assert all(row[0] == tokenizer.begin_id and row[-1] == tokenizer.end_id and row.dtype == np.int32 for row in ids)
    assert tokenizer.detokenize(ids) == TEXTS
    assert tokenizer.detokenize(tokenizer.pad(ids)) == TEXTS
    assert max(row.max() for row in ids) == tokenizer.vocabulary_size - 1 == len(tokenizer.pieces) - 1


@hypothesis.given(strategies.text(strategies.characters(codec=None), max_size=20))
@hypothesis.settings(deadline=None)
def test_any_text_has_an_id_for_each_code_point(text):
    tokenizer = CharacterTokenizer.train(TEXTS)
    known = set(tokenizer.characters)
    (ids,) = tokenizer.tokenize([text])
    shown = unicodedata.normalize("NFC", text.rstrip("\0"))
    assert len(ids) == len(shown) + 2 or "\0" in text
    assert tokenizer.detokenize([ids])[0] == "".join(c if c in known else "\ufffd" for c in shown)


def test_the_vocabulary_is_limited_by_count():
    texts = ["aaab", "aabc"]
    assert CharacterTokenizer.train(texts, max_characters=2).characters == "ab"
    assert CharacterTokenizer.train(texts, min_count=2).characters == "ab"
    assert CharacterTokenizer.train(iter(texts)).characters == "abc"


def test_cuts_before_the_end():
    tokenizer = CharacterTokenizer("abc")
    assert tokenizer.tokenize(["abc"], max_tokens=3)[0].tolist() == [0, 3, 1]
    assert CharacterTokenizer("abc", begin=False, end=False).tokenize(["cab"], max_tokens=2)[0].tolist() == [5, 3]
    assert tokenizer.pad([]).shape == (0, 0)


def test_survives_a_file(tmp_path):
    tokenizer = CharacterTokenizer.train(TEXTS, begin=False)
    tokenizer.save(tmp_path / "characters.json")
    loaded = CharacterTokenizer.load(tmp_path / "characters.json")
    assert loaded.get_config() == tokenizer.get_config()
    assert loaded.digest == tokenizer.digest != CharacterTokenizer.train(TEXTS).digest


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"format": "other"}', b"\xff", b"null"])
def test_refuses_other_bytes(data):
    with pytest.raises(ValueError, match="character tokenizer's file"):
        CharacterTokenizer.from_bytes(data)


@pytest.mark.parametrize("characters", ["", "aa", ["a"], None])
def test_refuses_characters(characters):
    with pytest.raises(ValueError, match="different code points"):
        CharacterTokenizer(characters)


def test_refuses_what_is_no_list_of_texts():
    tokenizer = CharacterTokenizer("abc")
    for call in (tokenizer.tokenize, CharacterTokenizer.train):
        with pytest.raises(TypeError, match="Put it into a list"):
            call("abc")
    with pytest.raises(TypeError, match="must be a str"):
        tokenizer.tokenize([b"abc"])
    with pytest.raises(ValueError, match="below 6"):
        tokenizer.detokenize([[6]])
    with pytest.raises(ValueError, match="at least 2"):
        tokenizer.tokenize(["a"], max_tokens=1)
