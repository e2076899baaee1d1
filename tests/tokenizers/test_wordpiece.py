"""WordPiece: the very ids of Hugging Face's `tokenizers`, from the tables of this package."""

import pathlib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_i18n.tokenizers import WordPieceTokenizer, conformance
from tests.tokenizers.vocabularies import SPECIAL, TEXTS, wordpieces

library = pytest.importorskip("tokenizers")

OPTIONS = {
    "uncased": {},
    "cased": {"lowercase": False},
    "with accents": {"strip_accents": False},
    "without accents": {"lowercase": False, "strip_accents": True},
    "ideographs in words": {"split_ideographs": False},
}
MARKS = "".join(chr(c) for c in range(0x110000) if unicodedata.category(chr(c))[0] == "M")
EDGES = [
    *("", " ", "x" * 100, "x" * 101, "[CLS]", "[CLS][SEP]a[MASK]b", "[CLS", "[cls]", "##a", "a\0b", "\0", "a\ud800b"),
    *(
        "é" * 50 + "\u0301" * 60,
        "\U0001d158\U0001d16d\U0001d165",
        "각각 \u1112\u1161\u11ab",
        "\uf8ff\u200db\xadc",
        "\ufffd",
    ),
    *conformance.REAL,
]


def theirs(options):
    options = {"lowercase": True, "strip_accents": None, "split_ideographs": True, **options}
    return library.BertWordPieceTokenizer(
        {piece: number for number, piece in enumerate(wordpieces())},
        lowercase=options["lowercase"],
        strip_accents=options["strip_accents"],
        handle_chinese_chars=options["split_ideographs"],
    )


BOTH = {
    name: (WordPieceTokenizer(wordpieces(), begin=True, end=True, **options), theirs(options))
    for name, options in OPTIONS.items()
}


def assert_equal(name, texts):
    ours, other = BOTH[name]
    # a lone surrogate and code point 0 count as U+FFFD; the library takes no surrogates
    texts = ["".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text) for text in texts]
    for text, ids, found in zip(texts, ours.tokenize(texts), other.encode_batch(texts), strict=True):
        assert ids.tolist() == found.ids, ascii(text)


@pytest.mark.parametrize("name", OPTIONS)
def test_ids_are_those_of_the_library(name):
    texts = [*TEXTS, *EDGES, *(f"a{chr(c)}b" for c in range(0x3000)), *MARKS]
    assert_equal(name, texts)
    ours, _ = BOTH[name]
    assert len({number for ids in ours.tokenize(TEXTS) for number in ids}) > 20, "a vocabulary that spells nothing"


characters = st.one_of(
    st.characters(), st.sampled_from(MARKS), st.sampled_from(conformance.WHITE_SPACE), st.sampled_from(SPECIAL)
)


@settings(max_examples=300, deadline=None)
@given(st.lists(characters, max_size=30).map("".join), st.sampled_from(sorted(OPTIONS)))
def test_any_text(text, name):
    assert_equal(name, [text])


def test_special_tokens_may_be_ordinary_text():
    plain = WordPieceTokenizer([*wordpieces(), "[", "]", "mask"], special_tokens=())
    assert [plain.pieces[i] for i in plain.tokenize(["[MASK]"])[0]] == ["[", "mask", "]"]


def test_max_tokens_keep_the_end():
    tokenizer = WordPieceTokenizer(["[UNK]", "[CLS]", "[SEP]", "a"], begin=True, end=True)
    assert [ids.tolist() for ids in tokenizer.tokenize(["a a a", "a"], max_tokens=4)] == [[1, 3, 3, 2], [1, 3, 2]]
    with pytest.raises(ValueError, match="at least 2"):
        tokenizer.tokenize(["a"], max_tokens=1)


def test_files(tmp_path):
    tokenizer = WordPieceTokenizer(wordpieces(), lowercase=False, end=True, max_word_length=7)
    tokenizer.save(tmp_path / "x.tokenizer")
    again = WordPieceTokenizer.load(tmp_path / "x.tokenizer")
    assert again.digest == tokenizer.digest
    assert again.get_config() == tokenizer.get_config()
    tokenizer.write_vocabulary(tmp_path / "vocab.txt")
    read = WordPieceTokenizer.from_file(tmp_path / "vocab.txt", lowercase=False, end=True, max_word_length=7)
    assert read.digest == tokenizer.digest
    pathlib.Path(tmp_path / "vocab.txt").write_bytes(b"[UNK]\n\xff\n")
    with pytest.raises(ValueError, match=r"vocab\.txt"):
        WordPieceTokenizer.from_file(tmp_path / "vocab.txt")


def test_more_pieces_leave_the_ids_of_the_others():
    tokenizer = WordPieceTokenizer(wordpieces(), begin=True)
    larger = tokenizer.extended(["zzz", "##zz"])
    assert larger.pieces[: len(tokenizer.pieces)] == tokenizer.pieces
    assert larger.tokenize(["zzzzz"])[0].tolist() == [2, len(tokenizer.pieces), len(tokenizer.pieces) + 1]
    with pytest.raises(ValueError, match="twice"):
        tokenizer.extended(["zzz", "zzz"])


@pytest.mark.parametrize(
    ("vocabulary", "options", "message"),
    [
        (["a"], {}, r"`unknown` must be of the vocabulary. Received: '\[UNK\]'"),
        ([], {}, "sequence of pieces"),
        ("abc", {}, "from_file"),
        (["[UNK]", "a", "a"], {}, "as piece 2"),
        (["[UNK]", ""], {}, "as piece 1"),
        (["[UNK]", 5], {}, "as piece 1"),
        (["[UNK]"], {"begin": True}, r"`begin`.*\[CLS\]"),
        (["[UNK]"], {"lowercase": "yes"}, "`lowercase`"),
        (["[UNK]"], {"max_word_length": 0}, "`max_word_length`"),
        (["[UNK]"], {"special_tokens": ["<s>"]}, "`special_tokens`"),
        (["[UNK]", "aba", "bac"], {"special_tokens": ["aba", "bac"]}, "overlap"),
        (["[UNK]"], {"continuation": ""}, "`continuation`"),
    ],
)
def test_refused(vocabulary, options, message):
    with pytest.raises(ValueError, match=message):
        WordPieceTokenizer(vocabulary, **options)
