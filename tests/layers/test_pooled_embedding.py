import numpy as np
import pytest

from keras_i18n.layers import MaskedMean, MultilingualEmbedding, PaddingMask, PooledEmbedding
from tests.layers.checks import DIM, TOKEN_IDS, VOCABULARY_SIZE, LayerCase, check_layer


def test_shared_checks():
    def make():
        return PooledEmbedding(VOCABULARY_SIZE, DIM, divide_by="count", embeddings_initializer="normal")

    check_layer(LayerCase(make=make, call=lambda layer, token_ids, vectors, mask: layer(token_ids)))


@pytest.mark.parametrize("divide_by", ["count", "sqrt_count", "one"])
def test_equals_table_and_masked_mean(divide_by):
    table = np.random.default_rng(1).normal(size=(VOCABULARY_SIZE, DIM)).astype("float32")
    pooled, embedding = (
        PooledEmbedding(VOCABULARY_SIZE, DIM, divide_by=divide_by),
        MultilingualEmbedding(VOCABULARY_SIZE, DIM),
    )
    for layer in (pooled, embedding):
        layer.build()
        layer.embeddings.assign(table)
    expected = MaskedMean(divide_by=divide_by)(embedding(TOKEN_IDS), mask=PaddingMask()(TOKEN_IDS))
    np.testing.assert_allclose(np.array(pooled(TOKEN_IDS)), np.array(expected), atol=1e-6)


def test_padding_may_stand_anywhere():
    pooled = PooledEmbedding(VOCABULARY_SIZE, DIM)
    together, apart = np.array([[3, 7, -1]], "int32"), np.array([[3, -1, 7]], "int32")
    np.testing.assert_array_equal(np.array(pooled(together)), np.array(pooled(apart)))


@pytest.mark.parametrize("options", [{"vocabulary_size": 0, "dim": 3}, {"vocabulary_size": 3, "dim": 0}])
def test_refused_sizes(options):
    with pytest.raises(ValueError, match=r"at least 1\. Received: 0"):
        PooledEmbedding(**options)


def test_refused_divisor():
    with pytest.raises(ValueError, match=r"'sqrt_count'.*Received: 'tokens'"):
        PooledEmbedding(3, 3, divide_by="tokens")
