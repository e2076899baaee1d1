"""Every method of the table keeps the shared promises; then what is special to each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_i18n import tokenizers
from keras_i18n.transfer.initialization import METHODS, InitializationContext, initialize_rows
from keras_i18n.transfer.initialization.auxiliary import cooccurrence_vectors
from keras_i18n.transfer.initialization.neighbours import sparsemax_weights

ENGLISH = ["the sun is red", "the city is big", "the red city", "a big sun", "the house is red", "a big house"] * 3
SWAHILI = ["jua ni jekundu", "mji ni mkubwa", "mji mwekundu", "jua kubwa", "nyumba ni nyekundu", "nyumba kubwa"] * 3
LEXICON = (("sun", "jua"), ("city", "mji"), ("red house", "nyumba"), ("moon", "mwezi"))


@pytest.fixture(scope="module")
def vocabularies():
    source = tokenizers.train_unigram(ENGLISH, vocabulary_size=60, user_defined_symbols=("▁sun", "▁city"))
    words = ("▁jua", "▁mji")
    target = tokenizers.train_unigram([*SWAHILI, "a is the"], vocabulary_size=70, user_defined_symbols=words)
    return source, target


@pytest.fixture(scope="module")
def context(vocabularies):
    source, target = vocabularies
    random = np.random.default_rng(5)
    return InitializationContext(
        pieces=target.pieces,
        source_pieces=source.pieces,
        source_rows=random.standard_normal((source.vocabulary_size, 6)) + 0.3,
        tokenize=source.tokenize,
        unknown_id=source.unknown_id,
        parallel=list(zip(source.tokenize(ENGLISH), target.tokenize(SWAHILI), strict=True)),
        lexicon=LEXICON,
        target_texts=target.tokenize(SWAHILI),
        seed=3,
    )


def place(context, piece):
    return context.pieces.index(piece)


@pytest.mark.parametrize("method", METHODS)
class TestEveryMethod:
    def test_rows_are_finite_and_counted(self, method, context):
        result = initialize_rows(method, context)
        assert result.rows.shape == (len(context.pieces), context.dim)
        assert result.rows.dtype == np.float32
        assert np.isfinite(result.rows).all()
        assert sum(result.counts.values()) == len(context.pieces)
        assert set(result.classes) <= {"copied", "combined", "random"}

    def test_shared_rows_are_equal_to_the_bit(self, method, context):
        result = initialize_rows(method, context)
        shared = [number for number, piece in enumerate(context.pieces) if piece in context.source_pieces]
        assert shared
        for number in shared:
            assert result.classes[number] == "copied"
            source = context.source_pieces.index(context.pieces[number])
            np.testing.assert_array_equal(result.rows[number], context.source_rows[source])
        assert result.counts["copied"] == len(shared)

    def test_same_seed_same_rows(self, method, context):
        np.testing.assert_array_equal(initialize_rows(method, context).rows, initialize_rows(method, context).rows)

    def test_no_new_pieces(self, method):
        empty = InitializationContext(
            pieces=(),
            source_pieces=("▁sun",),
            source_rows=np.ones((1, 4)),
            tokenize=lambda texts: [[0] for _ in texts],
            parallel=[([0], [0])],
            lexicon=LEXICON,
            source_vectors=np.ones((1, 2)),
            vectors=np.zeros((0, 2)),
        )
        assert initialize_rows(method, empty).rows.shape == (0, 4)

    def test_combined_rows_lie_within_the_source_rows(self, method, context):
        result = initialize_rows(method, context)
        combined = result.rows[[name == "combined" for name in result.classes]]
        assert (combined <= context.source_rows.max(0) + 1e-5).all()
        assert (combined >= context.source_rows.min(0) - 1e-5).all()


def test_random_rows_have_the_moments_of_the_table():
    rows = np.random.default_rng(0).normal([3, -1], [0.1, 2], (500, 2))
    context = InitializationContext(
        pieces=[f"▁{n}" for n in range(4000)], source_pieces=[str(n) for n in range(500)], source_rows=rows
    )
    result = initialize_rows("random", context)
    assert result.counts == {"copied": 0, "combined": 0, "random": 4000}
    np.testing.assert_allclose(result.rows.mean(0), rows.mean(0), atol=0.1)
    np.testing.assert_allclose(result.rows.std(0), rows.std(0), rtol=0.1)


def test_parts_leave_unknown_ones_out():
    context = InitializationContext(
        pieces=["▁ab", "▁ж"],
        source_pieces=["<unk>", "▁a", "b"],
        source_rows=[[9, 9], [1, 0], [0, 1]],
        tokenize=lambda texts: [{"ab": [1, 2, 0], "ж": [0]}[text] for text in texts],
        unknown_id=0,
    )
    result = initialize_rows("parts", context)
    assert result.classes == ("combined", "random")
    np.testing.assert_allclose(result.rows[0], [0.5, 0.5])


def test_parallel_finds_the_translation(context):
    rows = np.eye(len(context.source_pieces), dtype="float32")
    wide = InitializationContext(
        pieces=context.pieces, source_pieces=context.source_pieces, source_rows=rows, parallel=context.parallel
    )
    result = initialize_rows("parallel", wide)
    for target, source in (("▁jua", "▁sun"), ("▁mji", "▁city")):
        strongest = context.source_pieces[result.rows[place(context, target)].argmax()]
        assert strongest == source


def test_parallel_gives_a_row_to_new_pieces_only_and_by_their_ids():
    context = InitializationContext(
        pieces=["▁jua"],
        piece_ids=[7],
        source_pieces=["▁sun", "▁red"],
        source_rows=np.eye(2),
        parallel=[([0], [0, 7]), ([1], [0]), ([0, 1], [7, 0])],
    )
    assert initialize_rows("parallel", context).rows[0].argmax() == 0


def test_lexicon_means_over_translations_and_their_pieces():
    context = InitializationContext(
        pieces=["▁Nyumba", "ba"],
        source_pieces=["▁house", "▁red", "▁home"],
        source_rows=np.eye(3),
        tokenize=lambda texts: [{"red house": [1, 0], "home": [2]}[text] for text in texts],
        lexicon=[("red house", "nyumba"), ("home", "nyumba"), ("home", "nyumba")],
    )
    result = initialize_rows("lexicon", context)
    np.testing.assert_allclose(result.rows[0], [0.25, 0.25, 0.5])
    assert result.classes[1] == "random"


@pytest.mark.parametrize("method", ["neighbours", "sparsemax"])
def test_neighbours_in_a_given_space(method):
    context = InitializationContext(
        pieces=["▁jua", "▁x"],
        source_pieces=["▁sun", "▁star", "▁house"],
        source_rows=np.eye(3),
        source_vectors=[[1, 0], [0.9, 0.1], [-1, 0]],
        vectors=[[2, 0], [0, 0]],
        num_neighbours=2,
    )
    result = initialize_rows(method, context)
    assert result.classes == ("combined", "random")
    first, second, third = result.rows[0]
    assert first > second > third == 0
    assert result.rows[0].sum() == pytest.approx(1)


def test_best_takes_the_first_that_knows(context):
    best = initialize_rows("best", context)
    lexicon = initialize_rows("lexicon", context)
    number = place(context, "▁jua")
    assert lexicon.classes[number] == "combined"
    np.testing.assert_array_equal(best.rows[number], lexicon.rows[number])
    assert best.counts["random"] == 0


def test_best_with_nothing_but_the_table_is_the_mean():
    context = InitializationContext(pieces=["▁jua"], source_pieces=["a", "b"], source_rows=[[1.0], [3.0]])
    assert initialize_rows("best", context).rows[0, 0] == 2


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=12), st.integers(0, 9))
def test_sparsemax_is_the_nearest_point_of_the_simplex(scores, seed):
    scores = np.array([scores])
    weights = sparsemax_weights(scores)[0]
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)
    other = np.random.default_rng(seed).dirichlet(np.ones(scores.shape[1]))
    assert np.linalg.norm(weights - scores[0]) <= np.linalg.norm(other - scores[0]) + 1e-9


def test_cooccurrence_vectors_of_words_used_alike_lie_close():
    # 0 and 1 stand in the same places, 5 does not
    sequences = [[2, word, 3] for word in (0, 1)] * 20 + [[4, 5, 6]] * 20
    vectors = cooccurrence_vectors(sequences, 8, dim=4, window=1)
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    assert unit[0] @ unit[1] > 0.99 > abs(unit[0] @ unit[5]) + 0.5
    assert not vectors[7].any()


class TestRefusals:
    @pytest.mark.parametrize("method", ["parts", "lexicon", "parallel", "neighbours", "sparsemax"])
    def test_material_that_a_method_needs(self, method):
        context = InitializationContext(pieces=["▁jua"], source_pieces=["▁sun"], source_rows=[[1.0]])
        with pytest.raises(ValueError, match=f"{method}.* needs"):
            initialize_rows(method, context)

    def test_unknown_method(self, context):
        with pytest.raises(ValueError, match="Received: 'magic'"):
            initialize_rows("magic", context)

    def test_no_shared_piece_and_no_vectors(self):
        context = InitializationContext(
            pieces=["▁jua"], source_pieces=["▁sun"], source_rows=[[1.0]], target_texts=[[0, 0]]
        )
        with pytest.raises(ValueError, match="none shared"):
            initialize_rows("sparsemax", context)

    @pytest.mark.parametrize(
        "change",
        [
            {"source_rows": np.ones((2, 3))},
            {"source_rows": [[np.nan]]},
            {"piece_ids": [1, 2]},
            {"vectors": np.ones((3, 2))},
        ],
    )
    def test_parts_that_do_not_fit(self, change):
        given = {"pieces": ["▁jua"], "source_pieces": ["▁sun"], "source_rows": [[1.0]], **change}
        with pytest.raises(ValueError, match=next(iter(change))):
            InitializationContext(**given)
