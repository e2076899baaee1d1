import keras
import numpy as np
import pytest

from keras_i18n.layers import TransformerBlock
from tests.layers.checks import DIM, LayerCase, check_layer

X = np.random.default_rng(1).normal(size=(3, 5, 8)).astype("float32")
MASK = np.arange(5)[None] < np.array([[5], [2], [3]])

CASES = {
    "encoder": {"normalize_first": False, "activation": "relu", "epsilon": 1e-3, "dropout": 0.3},
    "causal": {"causal": True, "activation": "gelu"},
}


@pytest.mark.parametrize("name", CASES)
def test_shared_checks(name):
    check_layer(LayerCase(make=lambda: TransformerBlock(2, 7, **CASES[name]), by_token=True))


@pytest.mark.parametrize("causal", [False, True])
def test_attention_equals_that_of_keras(causal):
    block = TransformerBlock(2, 4, causal=causal)
    block.build(X.shape)
    generator = np.random.default_rng(2)
    block.set_weights([generator.normal(0, 0.4, weight.shape) for weight in block.get_weights()])
    theirs = keras.layers.MultiHeadAttention(2, 4)
    theirs(X, X)
    joined, joined_bias = (weight.numpy() for weight in block._projections["queries_keys_values"].weights)
    last, last_bias = (weight.numpy() for weight in block._projections["attended"].weights)
    weights = []
    for kernel, bias in zip(np.split(joined, 3, -1), np.split(joined_bias, 3), strict=True):
        weights += [kernel.reshape(8, 2, 4), bias.reshape(2, 4)]
    theirs.set_weights([*weights, last.reshape(2, 4, 8), last_bias])
    expected = np.array(theirs(X, X, attention_mask=MASK[:, None, :], use_causal_mask=causal))
    received = np.array(block._attend(X, MASK, training=False))
    np.testing.assert_allclose(received[MASK], expected[MASK], atol=1e-5)


@pytest.mark.parametrize("causal", [False, True])
def test_what_a_token_sees(causal):
    block = TransformerBlock(2, 16, causal=causal)
    before = np.array(block(X, mask=MASK))
    changed = X.copy()
    changed[:, 1] += np.arange(8)  # not a shift: the normalisation would not see it
    differs = np.abs(np.array(block(changed, mask=MASK)) - before).max(-1) > 1e-6
    assert differs[0].tolist() == ([False] + [True] * 4 if causal else [True] * 5)


def test_dropout_acts_in_training_only():
    block = TransformerBlock(2, 16, dropout=0.5)
    np.testing.assert_array_equal(np.array(block(X)), np.array(block(X)))
    assert np.abs(np.array(block(X, training=True)) - np.array(block(X))).max() > 1e-2


def test_half_precision_with_an_empty_text_is_finite():
    mask = np.array([[True] * 5, [False] * 5, [True] + [False] * 4])
    assert np.isfinite(np.array(TransformerBlock(2, 16, dtype="mixed_float16")(X, mask=mask))).all()


def test_heads_must_divide_the_dim():
    with pytest.raises(ValueError, match=rf"divide the dim {DIM}\. Received: num_heads=4"):
        TransformerBlock(4, 7).build((None, None, DIM))
