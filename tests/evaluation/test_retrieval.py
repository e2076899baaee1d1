"""Retrieval against values counted by hand, and against the whole matrix of similarities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_i18n import datasets, evaluation
from keras_i18n.evaluation import nearest_neighbours

RANDOM = np.random.default_rng(7)
QUERIES = RANDOM.standard_normal((23, 5)).astype("float32")
CANDIDATES = RANDOM.standard_normal((31, 5)).astype("float32")


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def whole_matrix(scoring, count):
    """All scores at once, as the papers write them."""
    cosine = unit(QUERIES) @ unit(CANDIDATES).T
    of_query = np.sort(cosine, 1)[:, -count:].mean(1)
    of_candidate = np.sort(cosine, 0)[-count:].mean(0)
    around = of_query[:, None] + of_candidate
    return {"cosine": cosine, "csls": 2 * cosine - around, "margin": cosine / np.maximum(around / 2, 1e-6)}[scoring]


@pytest.mark.parametrize("scoring", ["cosine", "csls", "margin"])
@pytest.mark.parametrize("block", [1, 100, 1 << 20])
def test_blocks_give_what_the_whole_matrix_gives(scoring, block, monkeypatch):
    monkeypatch.setattr(nearest_neighbours, "_BLOCK", block)
    expected = whole_matrix(scoring, 4)
    places, scores = evaluation.nearest(QUERIES, CANDIDATES, count=3, scoring=scoring, num_neighbours=4)
    np.testing.assert_array_equal(places, np.argsort(-expected, axis=1)[:, :3])
    np.testing.assert_allclose(scores, -np.sort(-expected, axis=1)[:, :3], rtol=1e-4, atol=1e-5)


def test_csls_leaves_a_hub():
    # the third candidate lies near to all queries
    queries = np.array([[1, 0.6, 0], [0.6, 1, 0], [1, 1, 0]])
    candidates = np.array([[1, 0.3, 0.3], [0.3, 1, 0.3], [1, 1, 0]])
    assert evaluation.nearest(queries, candidates, scoring="cosine")[0].ravel().tolist() == [2, 2, 2]
    found = evaluation.nearest(queries, candidates, scoring="csls", num_neighbours=3)[0]
    assert found.ravel().tolist() == [0, 1, 2]


def test_scores_by_hand():
    score = evaluation.RetrievalScore.of_ranks([1, 2, 5, 10])
    assert (score.count, score.precision_at_1, score.precision_at_5) == (4, 0.25, 0.75)
    assert score.mean_reciprocal_rank == pytest.approx((1 + 0.5 + 0.2 + 0.1) / 4)


def test_ranks_take_the_best_of_several_answers():
    candidates = np.array([[1, 0], [0.9, 0.1], [0, 1]])
    ranks = evaluation.ranks_of([[1, 0], [0, 1]], candidates, [[1, 2, 1], 0], scoring="cosine")
    assert ranks.tolist() == [2, 3]


def test_vectors_that_are_all_alike_gain_nothing():
    there, back = evaluation.sentence_retrieval(np.ones((20, 4)), np.ones((20, 4)))
    assert there.precision_at_1 == back.precision_at_1 == 0


@given(st.permutations(range(8)), st.integers(0, 5))
def test_ranks_follow_the_candidates_wherever_they_stand(order, seed):
    random = np.random.default_rng(seed)
    queries, candidates = random.standard_normal((8, 6)), random.standard_normal((8, 6))
    plain = evaluation.ranks_of(queries, candidates, range(8))
    moved = evaluation.ranks_of(queries, candidates[list(order)], [order.index(place) for place in range(8)])
    np.testing.assert_array_equal(plain, moved)


def test_words_with_several_translations_are_one_query():
    words, vectors = ["sun", "moon"], np.eye(2)
    score = evaluation.word_retrieval(
        [("sun", "jua"), ("sun", "kiangazi"), ("moon", "mwezi")],
        words,
        vectors,
        ["kiangazi", "mwezi", "jua"],
        [[1, 0], [0.9, 0.1], [0, 1]],
        scoring="cosine",
    )
    assert (score.count, score.precision_at_1) == (2, 0.5)


def test_by_language():
    class Letters:
        def encode(self, texts):
            return np.array([[text.count("a"), text.count("b"), 0.1] for text in texts], "float32")

    data = datasets.from_lists(
        ["aaa", "bbb", "ab", "ba", "bbbb", "aaab"], language=["en", "en", "sw", "sw", "fi", "fi"], id=list("121212")
    )
    report = evaluation.retrieval_by_language(Letters(), data)
    assert list(report.rows) == ["fi", "sw"]
    assert report["fi"][0].precision_at_1 == 0
    assert "Mean of both directions" in str(report)


class TestRefusals:
    def test_unequal_sides(self):
        with pytest.raises(ValueError, match="Received: 2 and 3"):
            evaluation.sentence_retrieval(np.eye(2), np.ones((3, 2)))

    def test_not_finite(self):
        with pytest.raises(ValueError, match="must be finite"):
            evaluation.nearest([[np.nan, 1]], np.eye(2))

    def test_unknown_scoring(self):
        with pytest.raises(ValueError, match="Received: 'euclid'"):
            evaluation.nearest(np.eye(2), np.eye(2), scoring="euclid")

    def test_other_sizes(self):
        with pytest.raises(ValueError, match="same number of columns"):
            evaluation.nearest(np.eye(2), np.eye(3))

    def test_a_word_without_a_vector(self):
        with pytest.raises(ValueError, match="'star'"):
            evaluation.word_retrieval([("star", "nyota")], ["sun"], np.eye(1), ["nyota"], np.eye(1))

    def test_nothing_shared(self):
        data = datasets.from_lists(["a", "b"], language=["en", "sw"], id=["1", "2"])
        with pytest.raises(ValueError, match="none shared"):
            evaluation.retrieval_by_language(Ones(), data)


class Ones:
    def encode(self, texts):
        return np.ones((len(texts), 2))
