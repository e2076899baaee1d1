import numpy as np
import pytest

from keras_i18n.layers import NgramConvolutions
from tests.layers.checks import DIM, LayerCase, check_layer

X = np.random.default_rng(5).normal(size=(2, 6, 6)).astype("float32")


@pytest.mark.parametrize("orders", [(2, 3, 5), (1, 4)])
def test_shared_checks(orders):
    check_layer(LayerCase(make=lambda: NgramConvolutions(orders=orders, dim=DIM // len(orders)), by_token=True))


def by_definition(x, kernel, bias):
    """One residual convolution, token by token: `(order - 1) // 2` tokens to the left, zeros beyond the ends."""
    order = len(kernel)
    left = (order - 1) // 2
    out = np.zeros_like(x)
    for token in range(len(x)):
        total = bias.astype("float64").copy()
        for place in range(order):
            other = token + place - left
            if 0 <= other < len(x):
                total += x[other] @ kernel[place]
        out[token] = x[token] + np.maximum(total, 0)
    return out


@pytest.mark.parametrize("length", [1, 2, 6])
def test_by_definition(length):
    layer = NgramConvolutions(orders=(2, 3, 5), dim=2)
    mask = np.arange(6)[None] < np.array([[length], [6]])
    layer.build(X.shape)
    generator = np.random.default_rng(6)
    layer.set_weights([generator.normal(size=weight.shape) for weight in layer.get_weights()])
    received = np.array(layer(X, mask=mask))
    branches, weights = [], layer.get_weights()
    for branch in range(3):
        x = X[0, :length, 2 * branch : 2 * branch + 2]
        for depth in range(2):
            kernel, bias = weights[4 * branch + 2 * depth : 4 * branch + 2 * depth + 2]
            x = by_definition(x, kernel, bias)
        branches.append(x)
    np.testing.assert_allclose(received[0, :length], np.concatenate(branches, -1), atol=1e-4)
    np.testing.assert_array_equal(received[0, length:], 0.0)


def test_padding_that_is_no_number_reaches_no_token():
    layer = NgramConvolutions(orders=(2, 3, 5), dim=2)
    mask = np.arange(6)[None] < np.array([[3], [6]])
    expected = np.array(layer(X, mask=mask))
    dirty = np.where(mask[..., None], X, np.nan).astype("float32")
    np.testing.assert_array_equal(np.array(layer(dirty, mask=mask)), expected)


def test_without_mask_every_token_counts():
    layer = NgramConvolutions(orders=(3,), dim=6)
    np.testing.assert_array_equal(np.array(layer(X)), np.array(layer(X, mask=np.ones((2, 6), bool))))


@pytest.mark.parametrize("arguments", [{"orders": ()}, {"orders": (2, 0)}, {"dim": 0}])
def test_impossible_sizes_are_refused(arguments):
    with pytest.raises(ValueError, match=r"at least 1. Received"):
        NgramConvolutions(**arguments)


def test_features_of_another_width_are_refused():
    with pytest.raises(ValueError, match=r"2 orders x 4 wide = 8. Received: shape \(2, 6, 6\)"):
        NgramConvolutions(orders=(2, 3), dim=4)(X)
