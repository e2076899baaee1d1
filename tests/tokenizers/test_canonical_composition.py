"""NFC and NFD are the same text: equal ids, with files from before the option as they were."""

import hashlib
import json
import types
import unicodedata

import numpy as np
import pytest

from keras_i18n.tokenizers import CharacterTokenizer, NgramTokenizer, canonical_code_points, canonical_composition

TEXTS = [
    "École à Orléans",
    "Tiếng Việt rất đẹp",
    "한국어 텍스트입니다",
    "ज़रूरी ऩ",
    "Ångström Ω",
    "が ぱ",
    "শোনো",
    "שָׁלוֹם",
    "ᾲ",
]
FORMS = [[unicodedata.normalize(form, text) for text in TEXTS] for form in ("NFC", "NFD")]
TOKENIZERS = {
    "ngrams": NgramTokenizer(num_buckets=10_000, word_lengths=(1, 2), ngram_lengths=(2, 3)),
    "characters": CharacterTokenizer.train(FORMS[0]),
}


@pytest.mark.parametrize("name", TOKENIZERS)
def test_equivalent_texts_have_the_same_ids(name):
    composed, decomposed = (TOKENIZERS[name].tokenize(texts) for texts in FORMS)
    assert FORMS[0] != FORMS[1]
    for text, one, other in zip(TEXTS, composed, decomposed, strict=True):
        assert one.tolist() == other.tolist(), text


def test_it_can_be_switched_off():
    for tokenizer in (
        NgramTokenizer(num_buckets=10_000, compose=False),
        CharacterTokenizer.train([*FORMS[0], *FORMS[1]], compose=False),
    ):
        assert tokenizer.get_config()["compose"] is False
        one, other = tokenizer.tokenize([FORMS[0][0], FORMS[1][0]])
        assert one.tolist() != other.tolist()
        again = type(tokenizer).from_bytes(tokenizer.to_bytes())
        assert again.tokenize([FORMS[1][0]])[0].tolist() == other.tolist()


def test_training_counts_composed_characters():
    assert "é" in CharacterTokenizer.train(["e\u0301"]).characters
    assert CharacterTokenizer.train(["e\u0301"]).characters == CharacterTokenizer.train(["é"]).characters
    assert CharacterTokenizer.train(["e\u0301"], compose=False).characters == "e\u0301"


def test_files_from_before_the_option_keep_ids_and_digest():
    """The bytes as they were written then: the option is absent, which means off."""
    written = (
        b'{"begin": true, "characters": "e\\u0301\\u00e9", "end": true, "format": "keras_i18n character tokenizer 1"}'
    )
    old = CharacterTokenizer.from_bytes(written)
    assert not old.compose
    assert old.digest == hashlib.sha256(written).hexdigest()
    assert old.tokenize(["é", "e\u0301"])[1].tolist() == [0, 3, 4, 1]
    tokenizer = NgramTokenizer(num_buckets=100, compose=False)
    described, packed = tokenizer.to_bytes().split(b"\n", 2)[1:]
    described = json.loads(described)
    digest = described.pop("digest")
    assert "compose" not in described
    magic = tokenizer.to_bytes().split(b"\n", 1)[0] + b"\n"
    old = NgramTokenizer.from_bytes(magic + json.dumps(described, sort_keys=True).encode() + b"\n" + packed)
    assert not old.compose
    assert old.digest == digest == tokenizer.digest != NgramTokenizer(num_buckets=100).digest


def test_digest_of_the_first_version():
    """Computed by the code before the option (commit 6c855d0, Unicode 14)."""
    if unicodedata.unidata_version != "14.0.0":
        pytest.skip("the table of characters is that of Python's own Unicode")
    assert (
        NgramTokenizer(num_buckets=100, compose=False).digest
        == "047b0c543673b6f9a357badcf1b11edb83b5d54e37176e5ca7c28d907f985630"
    )


def test_every_character_composes_as_unicode_says():
    for c in canonical_code_points.code_points():
        for text in (chr(c), "e\u0301" + unicodedata.normalize("NFD", chr(c)) + "\u0323\u0301"):
            assert canonical_composition.compose(text) == unicodedata.normalize("NFC", text)
    assert canonical_composition.compose("\ud800e\u0301\0") == "\ud800é\0"


def test_a_later_unicode_changes_no_answer():
    """A Python that knows two more marks and composes one of them: they stay as they are and stand in the way."""
    mark, other = "\U000e0fff", "\u0378"  # unassigned in Unicode 14

    def combining(c):
        return 220 if c == mark else unicodedata.combining(c)

    def normalize(form, text):
        return text.replace(other, "a" + mark) if form == "NFD" else unicodedata.normalize(form, text)

    later = types.ModuleType("later")
    later.unidata_version, later.combining, later.normalize = "99", combining, normalize
    pattern = canonical_composition._assigned_later(later)
    assert {c for c in map(chr, range(0x110000)) if pattern.match(c)} == {mark, other}
    assert pattern.split("a" + mark + "b") == ["a", mark, "b"]


def test_the_pinned_code_points_are_those_of_unicode_14():
    points = canonical_code_points.code_points()
    assert len(points) == 2969
    digest = hashlib.sha256(np.array(points, "<i4").tobytes()).hexdigest()
    assert digest == "44804f1aaa35392de44787a85814397e2293f28ebf041581ed7f9cae9f62f537"
