"""Canonical composition in a graph, against Unicode's own implementation."""

import random
import unicodedata

import numpy as np
import pytest
import tensorflow as tf

from keras_i18n.layers import CanonicalComposition
from keras_i18n.tokenizers.canonical_code_points import code_points as normalised_code_points
from keras_i18n.tokenizers.canonical_composition import compose
from tests.layers.test_ngram_tokenization import MANY_MARKS, code_points, decomposed_texts

KNOWN = normalised_code_points()
MARKS = [c for c in KNOWN if unicodedata.combining(chr(c))]
SECONDS = [
    0x9BE,
    0x9D7,
    0xBBE,
    0xCC2,
    0xCD5,
    0xCD6,
    0xDCF,
    0x102E,
    0x11127,
    *range(0x1161, 0x1176),
    *range(0x11A8, 0x11C3),
]
FIRSTS = [0x41, 0x65, 0x6F, 0x3B1, 0x9C7, 0xBC6, 0xCC6, 0xDD9, 0x1025, 0x1100, 0x1112, 0xAC00, 0xAC01, 0x304B, 0x928, 0]


@pytest.fixture(scope="module")
def composed():
    layer = CanonicalComposition.create()
    run = tf.function(layer.call, input_signature=[tf.TensorSpec((None, None), tf.int32)], autograph=False)
    return lambda texts: run(code_points(texts)).numpy()


def assert_composed(rows, texts):
    for row, text in zip(rows, texts, strict=True):
        wanted = list(map(ord, unicodedata.normalize("NFC", text)))
        assert row[: len(wanted)].tolist() == wanted, ascii(text)
        assert not row[len(wanted) :].any(), ascii(text)


def fuzzed(count, seed):
    chance = random.Random(seed)

    def character():
        kind = chance.random()
        if kind < 0.35:
            return chance.choice(MARKS)
        if kind < 0.55:
            return chance.choice(KNOWN)
        if kind < 0.7:
            return chance.choice(SECONDS)
        return chance.choice(FIRSTS) if kind < 0.95 else chance.randint(1, 0x10FFFF)

    return ["".join(chr(character()) for _ in range(chance.randint(1, 14))) + "." for _ in range(count)]


def test_every_code_point_alone(composed):
    everything = [chr(c) for c in (*range(1, 0x3400), *range(0xA000, 0x20000), *KNOWN)]
    assert_composed(composed(everything), everything)


def test_every_code_point_decomposed_among_marks(composed):
    texts = ["e\u0301" + unicodedata.normalize("NFD", chr(c)) + "\u0323\u0301" for c in KNOWN]
    assert_composed(composed(texts), texts)


def test_hangul(composed):
    texts = [unicodedata.normalize("NFD", chr(c)) for c in range(0xAC00, 0xD7A4)]
    assert_composed(composed(texts), texts)


def test_fuzzed_texts(composed):
    decomposed = [*decomposed_texts(1_000, seed=3), *MANY_MARKS]
    texts = [*fuzzed(6_000, seed=1), *(text.replace("\0", "-") for text in decomposed)]
    assert_composed(composed(texts), texts)


def test_a_text_alone_is_read_as_among_others(composed):
    """Alone, a text that is composed already goes the short way: it must be one that needs no other."""
    texts = [form for text in fuzzed(300, seed=2) for form in (text, unicodedata.normalize("NFC", text))]
    for text in texts:
        assert_composed(composed([text]), [text])


def test_runs_of_marks_of_any_length(composed):
    chance = random.Random(4)
    texts = ["".join(chr(chance.choice(MARKS)) for _ in range(length)) for length in (50, 700, 3000)]
    texts += ["a" + "\u0301\u0323" * 2000]
    assert_composed(composed(texts), texts)


def test_numbers_that_are_no_code_points_count_as_the_replacement_character():
    layer = CanonicalComposition.create()
    given = np.array([[-(2**31), 0x65, 0x301, 0x110000, 0x301, -1, 2**31 - 1]], np.int32)
    assert np.trim_zeros(np.array(layer(given))[0], "b").tolist() == [0xFFFD, 0xE9, 0xFFFD, 0x301, 0xFFFD, 0xFFFD]
    assert compose("\ufffde\u0301") == "\ufffdé"


def test_rows_without_marks_stay_where_they_are_among_rows_that_grow_and_shrink(composed):
    grows, shrinks = "\u0958" * 5, "e\u0301" * 5
    texts = ["plain", grows, "", shrinks, "日本語", "\u1100\u1161\u11a8", "a", grows + "e\u0301\u0327"]
    for order in (texts, texts[::-1], texts[:1], texts[2:3], texts[1:2]):
        assert_composed(composed(order), order)


def test_no_columns_and_no_rows():
    layer = CanonicalComposition.create()
    assert layer(np.zeros((2, 0), np.int32)).shape == (2, 0)
    assert layer(np.zeros((0, 3), np.int32)).shape == (0, 3)
