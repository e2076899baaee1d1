import pickle

import numpy as np
import pytest
import sentencepiece

from keras_i18n.tokenizers import UnigramTokenizer, clean_text, train_unigram
from tests.tokenizers.vocabularies import TEXTS, trained, written

SPECIAL = ["", " ", "a\0b", "x\ud800y", "\0", "👩‍👩‍👧 ok", *TEXTS]


def test_ids_are_those_of_the_library():
    tokenizer = trained()
    library = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.model_bytes)
    for text, ids in zip(SPECIAL, tokenizer.tokenize(SPECIAL), strict=True):
        assert ids.dtype == np.int32
        assert ids.tolist() == library.encode(clean_text(text))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\0b\0\0", "a\ufffdb"),
        ("\0", ""),
        ("\udc00\ud800", "\ufffd\ufffd"),
        ("é", "é"),
    ],
)
def test_what_is_no_character(text, cleaned):
    assert clean_text(text) == cleaned


def test_begin_end_and_truncation():
    tokenizer = UnigramTokenizer(trained().model_bytes, begin=True, end="</s>")
    plain = trained().tokenize(TEXTS)
    for ids, bare in zip(tokenizer.tokenize(TEXTS), plain, strict=True):
        assert ids.tolist() == [tokenizer.begin_id, *bare, tokenizer.end_id]
    for ids, bare in zip(tokenizer.tokenize(TEXTS, max_tokens=5), plain, strict=True):
        assert ids.tolist() == [tokenizer.begin_id, *bare[:3], tokenizer.end_id]
    assert [len(ids) for ids in tokenizer.tokenize(["", TEXTS[0]], max_tokens=2)] == [2, 2]
    with pytest.raises(ValueError, match="at least 2"):
        tokenizer.tokenize(TEXTS, max_tokens=1)


def test_pad_and_detokenize():
    tokenizer = UnigramTokenizer(trained().model_bytes, end=True)
    rows = tokenizer.tokenize(["ha haha", ""])
    padded = tokenizer.pad(rows)
    assert padded.dtype == np.int32
    assert (padded[1, 1:] == tokenizer.padding_id).all()
    assert tokenizer.detokenize(padded) == ["ha haha", ""]
    assert tokenizer.pad([]).shape == (0, 0)
    with pytest.raises(ValueError, match="below"):
        tokenizer.detokenize([[10**6]])


def test_save_load_pickle_and_digest(tmp_path):
    tokenizer = UnigramTokenizer(trained().model_bytes, begin=True)
    tokenizer.save(tmp_path / "x.tokenizer")
    for other in (
        UnigramTokenizer.load(tmp_path / "x.tokenizer"),
        UnigramTokenizer.from_bytes(tokenizer.to_bytes()),
        pickle.loads(pickle.dumps(tokenizer)),
    ):
        assert other.digest == tokenizer.digest
        assert all(map(np.array_equal, other.tokenize(TEXTS), tokenizer.tokenize(TEXTS)))
    assert tokenizer.digest != trained().digest
    assert [file.name for file in tmp_path.iterdir()] == ["x.tokenizer"]


@pytest.mark.parametrize("texts", ["one text", b"bytes", [b"bytes"], [None], [3], ["fine", 1.5]])
def test_what_is_no_text_is_refused(texts):
    with pytest.raises(TypeError, match="Received"):
        trained().tokenize(texts)


@pytest.mark.parametrize(("kind", "name"), [(2, "BPE"), (3, "word"), (4, "character")])
def test_other_kinds_are_refused(kind, name):
    with pytest.raises(ValueError, match=name):
        UnigramTokenizer(written([("a", -1.0)], kind=kind))


def test_a_vocabulary_that_contradicts_itself_is_refused():
    for pieces in ([("a", -1.0), ("a", -2.0)], [("a", float("nan"))], [("a", float("-inf"))], [("", -1.0)]):
        with pytest.raises(ValueError, match="Received"):
            UnigramTokenizer(written(pieces))
    with pytest.raises(ValueError, match="<mask>"):
        UnigramTokenizer(written([("a", -1.0)]), begin="<mask>")


def test_damaged_files_are_refused_or_read_whole():
    """Truncated and altered bytes: a clear error, or a tokenizer that works; never a crash."""
    data = trained().model_bytes
    chance = np.random.default_rng(3)
    messages = []
    for _ in range(150):
        altered = bytearray(data[: chance.integers(0, len(data))] if chance.random() < 0.5 else data)
        for place in chance.integers(0, max(len(altered), 1), 3 if len(altered) else 0):
            altered[place] = chance.integers(0, 256)
        try:
            UnigramTokenizer(altered).tokenize(TEXTS[:3])
        except ValueError as error:
            messages.append(str(error))
    assert len(messages) > 30
    assert all("Received" in message or "refused" in message for message in messages)
    for cut in (0, 1, 100, len(data) - 1):
        with pytest.raises(ValueError, match="Received"):
            UnigramTokenizer(data[:cut]).tokenize(TEXTS)


def test_importing_brings_no_tensorflow():
    import subprocess
    import sys

    code = "import sys, keras_i18n.tokenizers; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_coverage_by_language():
    texts, languages = [*TEXTS] * 2, ["en", "tr", "hi", "ar", "ja", "th", "uk", "ko", "vi", "en"] * 2
    given = {"languages": languages, "vocabulary_size": 300, "character_coverage": {"ja": 0.3, None: 1.0}}
    characters = {c for piece in train_unigram(texts, **given).pieces for c in piece}
    assert {*"क", *"Я", *"م"} <= characters
    assert len({*"明日天気東京"} & characters) < 4
    with pytest.raises(ValueError, match="each text"):
        train_unigram(texts, languages=["en"])
    with pytest.raises(ValueError, match=r"0\.98"):
        train_unigram(texts, character_coverage=0.5)
    with pytest.raises(ValueError, match="not empty"):
        train_unigram([" ", ""])


def test_a_vocabulary_that_is_too_small_for_its_characters_says_how_large_it_must_be():
    with pytest.raises(ValueError, match="`vocabulary_size` must be at least 10 for these texts") as raised:
        train_unigram(["abc def"] * 5, vocabulary_size=4, byte_fallback=False)
    assert "Received: 4" in str(raised.value)
