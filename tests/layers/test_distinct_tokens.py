import keras
import numpy as np
import pytest

from keras_i18n.layers import DistinctTokens, NgramLogits, PooledEmbedding, TokenRange
from tests.layers import checks, runtimes
from tests.layers.checks import DIM, TOKEN_IDS, VOCABULARY_SIZE, LayerCase, check_layer


def test_shared_checks_of_distinct_tokens():
    table = PooledEmbedding(VOCABULARY_SIZE, DIM, embeddings_initializer="normal", name="bag")
    layer = LayerCase(
        make=lambda: DistinctTokens(20, repeats=(2, 4)),
        call=lambda layer, token_ids, vectors, mask: table(layer(token_ids)),
        trainable=False,
    )
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    model = keras.Model(token_ids, layer.call(layer.make(), token_ids, None, None))
    checks.check_padding(layer, model)
    checks.check_files(model)
    checks.check_runtimes(model)
    assert runtimes.keras_outputs(model, TOKEN_IDS)[0].any()


def test_each_token_counts_once_wherever_it_stands():
    ids = np.array([[7, 9, 7, 7, -1, 9], [-5, 3, 100, 0, 0, 2]], "int32")
    kept = np.array(DistinctTokens(50)(ids))
    assert [sorted(row[row >= 0].tolist()) for row in kept] == [[7, 9], [0, 2, 3]]


@pytest.mark.parametrize("repeats", [(), (2,), (2, 3, 5, 9, 17, 33, 65), (7, 90)])
def test_a_token_is_kept_again_at_its_repeats(repeats):
    generator = np.random.default_rng(0)
    ids = np.minimum(generator.geometric(0.15, (4, 60)), 20).astype("int32")
    ids[3, 5:] = -1
    kept = np.array(DistinctTokens(repeats=repeats)(ids))
    for row, wanted in zip(kept, ids, strict=True):
        distinct, counts = np.unique(wanted[wanted >= 0], return_counts=True)
        times = [1 + sum(count >= repeat for repeat in repeats) for count in counts]
        assert sorted(row[row >= 0].tolist()) == np.repeat(distinct, times).tolist()


def test_repeats_that_do_not_rise_are_refused():
    for repeats in [(3, 2), (1, 2), (2, 2)]:
        with pytest.raises(ValueError, match="must be rising integers from 2 on"):
            DistinctTokens(repeats=repeats)


def test_shared_checks_of_a_range():
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    table = PooledEmbedding(VOCABULARY_SIZE, DIM, embeddings_initializer="normal", name="bag")
    model = keras.Model(token_ids, table(TokenRange(3, 20)(token_ids)))
    checks.check_padding(LayerCase(make=lambda: None), model)
    checks.check_files(model)
    checks.check_runtimes(model)


def test_a_range_is_as_wide_as_its_longest_text():
    ids = np.array([[3, 104, 7, 101, 120], [9, -1, -1, -1, -1]], "int32")
    assert np.array(TokenRange(100, 120)(ids)).tolist() == [[4, 1], [-1, -1]]
    assert np.array(TokenRange(500)(ids)).tolist() == [[-1], [-1]]


def test_shared_checks_of_logits():
    """With an encoder, so that every input and weight plays its part."""

    def call(layer, token_ids, vectors, mask):
        rows = [PooledEmbedding(VOCABULARY_SIZE, dim, embeddings_initializer="normal") for dim in (4, 3, 4)]
        scores, weights, encoder = (table(token_ids) for table in rows)
        return layer([scores, keras.layers.Activation("exponential")(weights), encoder])

    options = {"has_encoder": True, "has_prior": True, "counts_new": True}
    check_layer(LayerCase(make=lambda: NgramLogits(**options), call=call))


def layer_with(familiarity):
    layer = NgramLogits(has_encoder=True)
    layer.build([(None, 2), (None, 3), (None, 2)])
    layer.familiarity.assign(familiarity)
    return layer


def test_new_texts_leave_the_answer_to_the_encoder():
    layer = layer_with([0.2, 0.6, 0.5, 3.0])
    encoder = np.array([[1.0, -1.0]], "float32")
    known = layer([np.array([[6.0, 0.0]]), np.array([[9.0, 10.0, 0.0]]), encoder])
    np.testing.assert_allclose(known, [[6 / 3 + 0.5, -0.5]], rtol=1e-6)
    new = layer([np.array([[6.0, 0.0]]), np.array([[1.0, 10.0, 0.0]]), encoder])
    np.testing.assert_allclose(new, [[3.0, -3.0]], rtol=1e-6)
    half = layer([np.array([[6.0, 0.0]]), np.array([[4.0, 10.0, 0.0]]), encoder])
    np.testing.assert_allclose(half, [[0.5 * 6 / 2 + 0.5 * 0.5 + 0.5 * 3.0, -1.75]], rtol=1e-5)


def test_new_ngrams_make_a_text_longer_where_they_count():
    scores, weights = np.array([[6.0, 0.0]]), np.array([[4.0, 9.0, 0.0]])
    for counts_new, length in ((True, 3.0), (False, 2.0)):
        layer = NgramLogits(counts_new=counts_new)
        np.testing.assert_allclose(layer([scores, weights]), scores / length, rtol=1e-6)
    before = {name: value for name, value in layer.get_config().items() if name != "counts_new"}
    assert not NgramLogits.from_config(before).counts_new


def test_ngrams_tell_the_factor_of_the_encoder_and_never_turn_it_round():
    layer = layer_with([-1.0, 0.0, 0.5, 3.0])
    encoder = np.array([[1.0, -1.0]], "float32")
    heard = np.array(layer([np.zeros((3, 2)), np.array([[4.0, 4.0, heard] for heard in (2.0, -1.0, -9.0)]), encoder]))
    np.testing.assert_allclose(heard, [[1.5, -1.5], [0, 0], [0, 0]], atol=1e-6)


@pytest.mark.parametrize("has_encoder", [False, True])
def test_a_text_that_says_nothing_is_answered_by_the_prior(has_encoder):
    layer = NgramLogits(has_encoder=has_encoder, has_prior=True)
    layer.build([(None, 2), (None, 3), (None, 2)])
    layer.bias.assign([7.0, 0.0])
    layer.prior.assign([-1.0, 1.0])
    weights = np.array([[0.0, 0.0, 0.0], [0.0, 5.0, 0.0], [5.0, 5.0, 0.0]], "float32")
    scores, encoder = np.zeros((3, 2), "float32"), np.full((3, 2), 2.0, "float32")
    found = layer([scores, weights, encoder][: 2 + has_encoder])
    # beside an encoder a text of new n-grams is the encoder's
    wanted = [[-1, 1], [9, 2] if has_encoder else [-1, 1], [9, 2] if has_encoder else [7, 0]]
    np.testing.assert_allclose(found, wanted, atol=1e-6)
