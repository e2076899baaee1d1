"""Words and their vectors, in the place of another language's."""

import numpy as np
import pytest

from keras_i18n.transfer import WordVectors

NUMBER, DIM = 200, 8
KNOWN = [f"en{number}" for number in range(NUMBER)]
NEW = [f"sw{number}" for number in range(NUMBER)]


@pytest.fixture(name="sides")
def make_sides():
    """A language, and another one that lies elsewhere and turned."""
    random = np.random.default_rng(0)
    vectors = random.standard_normal((NUMBER, DIM))
    turn, _ = np.linalg.qr(random.standard_normal((DIM, DIM)))
    return WordVectors.centred(KNOWN, vectors), WordVectors.centred(NEW, vectors @ turn + 3.0)


def likeness(ours, theirs):
    return float((ours.vectors * theirs.vectors).sum(axis=1).mean())


def test_pairs_move_a_language_to_another_one(sides):
    known, new = sides
    assert likeness(new, known) < 0.5
    moved = new.moved_to(known, list(zip(NEW[:100], KNOWN[:100], strict=True)))
    assert likeness(moved, known) > 0.99
    assert moved.words == new.words


def test_some_wrong_pairs_do_little_harm(sides):
    known, new = sides
    pairs = list(zip(NEW[:100], KNOWN[:80] + KNOWN[180:], strict=True))
    assert likeness(new.moved_to(known, pairs), known) > 0.9


def test_few_pairs_or_pairs_without_vectors_move_nothing(sides):
    known, new = sides
    assert new.moved_to(known, list(zip(NEW[:49], KNOWN[:49], strict=True))) is new
    assert new.moved_to(known, [("nadra", "rare")] * 100) is new
    assert new.moved_to(known, []) is new


def test_what_all_words_share_is_taken_off():
    vectors = np.random.default_rng(0).standard_normal((5, 3))
    words = WordVectors.centred("abcde", vectors)
    assert np.allclose(words.vectors, WordVectors.centred("abcde", vectors + 9.0).vectors, atol=1e-5)
    assert np.allclose(np.linalg.norm(words.vectors, axis=1), 1, atol=1e-6)


def test_words_are_found_in_any_case_and_the_first_counts():
    words = WordVectors(("Sun", "sea", "sun"), np.eye(3, dtype=np.float32))
    assert words.of(["SUN", "sea", "moon"]).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert WordVectors((), np.zeros((0, 3), np.float32)).of(["sun"]).tolist() == [[0, 0, 0]]
