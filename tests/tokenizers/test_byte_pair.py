"""Byte-level BPE: the very ids of Hugging Face's `tokenizers`, from the rules and tables of this package."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_i18n.tokenizers import BytePairTokenizer, clean_text, conformance, pattern_characters, word_patterns
from keras_i18n.tokenizers.bert_characters import members
from keras_i18n.tokenizers.byte_pair import ALPHABET
from tests.tokenizers.byte_pairs import SPECIAL, trained
from tests.tokenizers.vocabularies import TEXTS

library = pytest.importorskip("tokenizers")

OPTIONS = {
    "gpt2": {},
    "prefix space": {"prefix_space": True},
    "llama3": {"pattern": "llama3"},
    "qwen2": {"pattern": "qwen2", "whole_words": True},
}
EDGES = [
    *(
        "",
        " ",
        "  ",
        "a  ",
        "  a",
        " \n b",
        "!\n\n  x\n y",
        "I'll've 's 'S don'T '\u017f ''s",
        "12345678 1234",
        "((a) (a",
    ),
    *(
        "\u3000x\xa0y",
        "a" * 1001,
        "<s>a</s>  <s>",
        "<s",
        "a\0b",
        "a\ud800b",
        "e\u0301\u0378",
        "ab " * 3333,
        *conformance.REAL,
    ),
]


def theirs(pattern="gpt2", prefix_space=False, whole_words=False):
    pieces, merges = trained()
    model = library.models.BPE(
        {piece: number for number, piece in enumerate(pieces)}, merges, ignore_merges=whole_words
    )
    tokenizer = library.Tokenizer(model)
    split = library.pre_tokenizers.Split(library.Regex(word_patterns.PATTERNS[pattern].expression), "isolated")
    byte_level = library.pre_tokenizers.ByteLevel(add_prefix_space=prefix_space, use_regex=pattern == "gpt2")
    both = byte_level if pattern == "gpt2" else library.pre_tokenizers.Sequence([split, byte_level])
    tokenizer.pre_tokenizer = both
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


BOTH = {
    name: (BytePairTokenizer(*trained(), special_tokens=SPECIAL, **options), theirs(**options))
    for name, options in OPTIONS.items()
}


def assert_equal(name, texts):
    ours, other = BOTH[name]
    texts = [clean_text(text) for text in texts]  # the library takes no surrogates
    for text, ids, found in zip(texts, ours.tokenize(texts), other.encode_batch(texts), strict=True):
        assert ids.tolist() == found.ids, ascii(text)


@pytest.mark.parametrize("name", OPTIONS)
def test_ids_are_those_of_the_library(name):
    chance = random.Random(1)
    mixed = [
        "".join(chance.choice("aé'sStTreE  \n\r\t\xa0.,(12३\u0301漢\u017f") for _ in range(9)) for _ in range(3000)
    ]
    assert_equal(name, [*TEXTS, *EDGES, *(f"'a{chr(c)}'s {chr(c)}1" for c in range(1, 0x3000)), *mixed])
    ours, _ = BOTH[name]
    merged = {number for ids in ours.tokenize(TEXTS) for number in ids if number >= len(SPECIAL) + 256}
    assert len(merged) > 30, "a vocabulary that merges nothing"


characters = st.one_of(
    st.characters(),
    st.sampled_from("'strevlmd \n1"),
    st.sampled_from(conformance.WHITE_SPACE),
    st.sampled_from(SPECIAL),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(characters, max_size=30).map("".join), st.sampled_from(sorted(OPTIONS)))
def test_any_text(text, name):
    assert_equal(name, [text])


def test_classes_are_those_of_the_library():
    every = "".join(chr(c) for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000)
    for expression, ranges in (
        (r"\p{L}", pattern_characters.LETTERS),
        (r"\p{N}", pattern_characters.NUMBERS),
        (r"\s", pattern_characters.WHITE_SPACE),
    ):
        left = library.normalizers.Replace(library.Regex(expression), "").normalize_str(every)
        assert set(map(ord, every)) - set(map(ord, left)) == members(ranges)


def test_whole_words_come_before_merges():
    pieces, merges = trained()
    tokenizer = BytePairTokenizer([*pieces, "zq"], merges, whole_words=True)
    assert tokenizer.only_whole[b"zq"] == len(pieces)
    assert tokenizer.tokenize(["zq"])[0].tolist() == [len(pieces)]
    assert len(BytePairTokenizer([*pieces, "zq"], merges).tokenize(["zq"])[0]) == 2


def test_files(tmp_path):
    pieces, merges = trained()
    options = {"begin": True, "end": "</s>", "pattern": "llama3", "special_tokens": SPECIAL, "prefix_space": True}
    tokenizer = BytePairTokenizer(pieces, merges, **options)
    tokenizer.save(tmp_path / "x.tokenizer")
    assert BytePairTokenizer.load(tmp_path / "x.tokenizer").get_config() == tokenizer.get_config()
    (tmp_path / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}))
    lines = "".join(f"{left} {right}\n" for left, right in merges)
    (tmp_path / "merges.txt").write_text("#version: 0.2\n" + lines, encoding="utf-8")
    read = BytePairTokenizer.from_file(tmp_path / "vocab.json", tmp_path / "merges.txt", **options)
    assert read.digest == tokenizer.digest
    (tmp_path / "merges.txt").write_text("a b c\n")
    with pytest.raises(ValueError, match="two pieces"):
        BytePairTokenizer.from_file(tmp_path / "vocab.json", tmp_path / "merges.txt")
    (tmp_path / "vocab.json").write_text('{"a": 0, "b": 0}')
    with pytest.raises(ValueError, match=r"vocab\.json.*from 0 on"):
        BytePairTokenizer.from_file(tmp_path / "vocab.json", tmp_path / "merges.txt")


def test_more_merges_leave_the_ids_of_the_others():
    tokenizer = BytePairTokenizer(*trained())
    larger = tokenizer.extended(["zq", "zqz"], [("z", "q"), ("zq", "z")])
    assert larger.pieces[: len(tokenizer.pieces)] == tokenizer.pieces
    assert larger.tokenize(["zqz"])[0].tolist() == [len(tokenizer.pieces) + 1]
    for text, one, other in zip(TEXTS, tokenizer.tokenize(TEXTS), larger.tokenize(TEXTS), strict=True):
        assert one.tolist() == other.tolist(), text


@pytest.mark.parametrize(
    ("vocabulary", "merges", "options", "message"),
    [
        (ALPHABET[1:], [], {}, r"256 bytes. Received: one without \[0\]"),
        (ALPHABET, [("a", "b")], {}, "'ab' is none"),
        (ALPHABET, [("a", "zz")], {}, "'zz' is none"),
        ([*ALPHABET, "ab"], [("a", "b"), ("a", "b")], {}, "twice"),
        (ALPHABET, ["ab"], {}, "two pieces"),
        (ALPHABET, [], {"pattern": "o200k"}, "'gpt2', 'llama3', 'qwen2'"),
        (ALPHABET, [], {"prefix_space": 1}, "`prefix_space`"),
        (ALPHABET, [], {"begin": True}, "`begin`.*<s>"),
        ([*ALPHABET, "a"], [], {}, "as piece 256"),
    ],
)
def test_refused(vocabulary, merges, options, message):
    with pytest.raises(ValueError, match=message):
        BytePairTokenizer(vocabulary, merges, **options)


def test_special_tokens_that_strip_must_be_special():
    with pytest.raises(ValueError, match=r"`strip_left` must be some of `special_tokens`.*<x>"):
        BytePairTokenizer(*trained(), special_tokens=SPECIAL, strip_left=["<x>"])
    with pytest.raises(ValueError, match="`strip_right`"):
        BytePairTokenizer(*trained(), special_tokens=SPECIAL, strip_right="<s>")


def test_many_special_tokens_are_found_and_overlapping_ones_refused():
    tokens = [f"<|{number}|>" for number in range(2049)]
    pieces, merges = trained()
    tokenizer = BytePairTokenizer([*pieces, *tokens], merges, special_tokens=tokens[:2048], strip_left=tokens[7:8])
    assert tokenizer.tokenize(["<|2047|>" + " " * 20_000 + "<|7|><|2048"])[0][:2].tolist() == [
        len(pieces) + 2047,
        len(pieces) + 7,
    ]
    with pytest.raises(ValueError, match="at most 2048"):
        BytePairTokenizer([*pieces, *tokens], merges, special_tokens=tokens)
