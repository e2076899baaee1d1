"""Masked max, attention pooling, and Keras' own average made finite."""

import keras
import numpy as np
import pytest

from keras_i18n import layers
from tests.layers.checks import LayerCase, check_layer

X = np.random.default_rng(1).normal(size=(3, 5, 4)).astype("float32")
MASK = np.arange(5)[None] < np.array([[5], [2], [0]])

CASES = {
    "max": LayerCase(make=lambda: layers.MaskedMax(), trainable=False),
    "attention": LayerCase(make=lambda: layers.AttentionPooling(hidden_dim=3, activation="relu")),
    "average": LayerCase(make=lambda: layers.GlobalAveragePooling1D(keepdims=True), trainable=False),
}


@pytest.mark.parametrize("name", CASES)
def test_shared_checks(name):
    check_layer(CASES[name])


def test_max_by_hand():
    pooled = np.array(layers.MaskedMax()(X - 10, mask=MASK))
    np.testing.assert_array_equal(pooled, [(X - 10)[0].max(0), (X - 10)[1, :2].max(0), np.zeros(4)])
    np.testing.assert_array_equal(np.array(layers.MaskedMax()(X)), X.max(1))


def test_attention_is_a_softmax_over_the_tokens_of_the_text():
    layer = layers.AttentionPooling(hidden_dim=3)
    pooled = np.array(layer(X, mask=MASK))
    kernel, bias, query = (np.random.default_rng(2).normal(size=weight.shape) for weight in layer.get_weights())
    layer.set_weights([kernel, bias, query])
    pooled = np.array(layer(X, mask=MASK))
    weights = np.exp(np.tanh(X[1, :2] @ kernel + bias) @ query)
    np.testing.assert_allclose(pooled[1], ((weights / weights.sum()) * X[1, :2]).sum(0), atol=1e-6)
    np.testing.assert_array_equal(pooled[2], np.zeros(4))


@pytest.mark.parametrize("scale", [1e4, -1e4])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_attention_stays_finite_where_scores_are_extreme(scale, dtype):
    layer = layers.AttentionPooling(activation="linear", dtype=dtype)
    layer.build((None, None, 4))
    layer.set_weights([np.eye(4), np.zeros(4), np.full((4, 1), scale)])
    pooled = np.array(layer(np.ones((2, 3, 4), dtype), mask=np.array([[True, True, False], [False] * 3])))
    np.testing.assert_allclose(pooled, [[1] * 4, [0] * 4], atol=1e-3)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("keepdims", [False, True])
def test_average_is_that_of_keras_but_for_the_empty_text(keepdims, data_format):
    arguments = {"keepdims": keepdims, "data_format": data_format}
    x = X if data_format == "channels_last" else X.transpose(0, 2, 1)
    theirs, ours = keras.layers.GlobalAveragePooling1D(**arguments), layers.GlobalAveragePooling1D(**arguments)
    np.testing.assert_allclose(np.array(ours(x)), np.array(theirs(x)), atol=1e-6)
    if data_format == "channels_last" or not keepdims:
        expected = np.array(theirs(x, mask=MASK))
        assert np.isnan(expected[2]).all(), "Keras is finite here by now"
        received = np.array(ours(x, mask=MASK))
        np.testing.assert_allclose(received[:2], expected[:2], atol=1e-6)
        np.testing.assert_array_equal(received[2], np.zeros_like(received[2]))
