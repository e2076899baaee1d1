"""Words of KerasHub's WordPiece: cut out, folded, composed by Unicode 16; the very ids of its graph, which `fit` runs."""

import pytest

from keras_i18n.tokenizers import WordPieceTokenizer, clean_text, conformance, from_keras_hub
from keras_i18n.tokenizers.canonical_composition import compose
from tests.tokenizers.vocabularies import TEXTS, folded_pieces, folding_texts

keras_hub = pytest.importorskip("keras_hub")
tf = pytest.importorskip("tensorflow")

REAL = [
    *("ㄱㅏ 각 \u1100\u1161\u11a8 가\u11a8 ㄱㅏㄱ", "ﾊﾟﾋﾟﾌﾟ か\uff9e か\u3099", "ﬁ\u0301 ŉ\u0301 Ĳ\u0301", "İSTANBUL i\u0307 ıI"),
    *("ΣΊΣΥΦΟΣ ὈΔΥΣΣΕΎΣ", "α\u0345\u0301 ᾼ\u0301 Ι\u0344", "Straße STRASSE ẞ", "Ａ\u0301Å ＫＥＲＡＳ", "=\u0338 <\u0338a >\u0338"),
    *("e\u034f\u0301 e\u200d\u0301 e\xad\u0301", "…… (1) ⑴ ㍿", "\u0958 क\u093c ো \u09c7\u09be", "[MASK]\u0301 [mask] a[MASK]b", "¨a ´ ͺ"),
    *("\U0001e04f\u1c89", "a\u0897\u0301 a\U0001e4ee\u0301", "\U00016d63" + "\U00016d67" * 5, "\U0001611e" * 3 + "\U0001611f"),
]  # fmt: skip
FUZZED = [clean_text(text) for text in [*REAL, *TEXTS, *conformance.REAL, *folding_texts(2_000, seed=11)]]


def both(texts, **options):
    """(ours, ids of KerasHub inside of tf.data)."""
    theirs = keras_hub.tokenizers.WordPieceTokenizer(
        folded_pieces(texts), special_tokens=["[MASK]"], special_tokens_in_strings=True, **options
    )
    batches = tf.data.Dataset.from_tensor_slices(texts).batch(1_000).map(theirs)
    return from_keras_hub(theirs), [ids for batch in batches for ids in batch.to_list()]


@pytest.mark.parametrize("strip_accents", [False, True])
@pytest.mark.parametrize("lowercase", [True, False])
def test_ids_are_those_of_keras_hub(lowercase, strip_accents):
    ours, expected = both(FUZZED, lowercase=lowercase, strip_accents=strip_accents)
    found = ours.tokenize(FUZZED)
    wrong = [ascii(text) for text, ids, want in zip(FUZZED, found, expected, strict=True) if ids.tolist() != want]
    assert not wrong, (len(wrong), wrong[:5])
    ids = [number for row in expected for number in row]
    assert ids.count(ours.unknown_id) < 0.4 * len(ids), "a vocabulary that spells too little"


def test_files_of_before_keep_their_ids_and_their_digest():
    """Version 0.2 wrote the first; what Unicode 15 and 16 added stays in it as it is."""
    pieces = ["[UNK]", "\uac00", "\u1100", "##\u1161", "\xe9", "\u04af", "\U0001e04f"]
    for after_folding, digest, first in (
        (False, "43d38d5c3cda8c783d14782c1ed432b1ae292bae8cba590b8a49eb0a13e92395", [2, 3]),
        (True, "ba01ad79e62d47eb0b8d54562e7233187a1593f630d89e9fdfbdf00a78d3a75a", [1]),
    ):
        written = WordPieceTokenizer(pieces, characters="keras_hub", compose=after_folding, strip_accents=False)
        assert written.digest == digest
        found = WordPieceTokenizer.from_bytes(written.to_bytes()).tokenize(["\u3131\u314f", "\U0001e04f", "\xc9"])
        assert [ids.tolist() for ids in found] == [first, [6], [4]]
    now = WordPieceTokenizer(pieces, characters="keras_hub_unicode_16", compose=True, strip_accents=False)
    assert [ids.tolist() for ids in now.tokenize(["\u3131\u314f", "\U0001e04f", "e\u0301"])] == [[1], [5], [4]]


def test_composing_by_a_later_unicode():
    assert compose("\U000105d2\u0307", unicode_version=16) == "\U000105c9"
    assert compose("\U000105d2\u0307") == "\U000105d2\u0307"
    assert compose("a\U0001e4ee\u0301", unicode_version=16) == "\xe1\U0001e4ee"
    assert compose("\U00016d63" + "\U00016d67" * 5, unicode_version=16) == "\U00016d6a\U00016d68\U00016d67"
    assert compose("e\u0301\ud800\0", unicode_version=16) == "\xe9\ud800\0"
