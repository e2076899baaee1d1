import numpy as np
import pytest

from keras_i18n.layers import ProjectedSum
from tests.layers.checks import LayerCase, check_layer


def test_shared_checks():
    check_layer(LayerCase(make=lambda: ProjectedSum(4)))


def test_it_is_the_sum_of_projections_over_the_root_of_their_count():
    x = np.random.default_rng(2).normal(size=(3, 5, 4)).astype("float32")
    mask = np.arange(5)[None] < np.array([[5], [2], [0]])
    layer = ProjectedSum(3)
    layer.build(x.shape)
    kernel, bias = np.random.default_rng(3).normal(size=(4, 3)), np.array([0.5, -1.0, 2.0])
    layer.set_weights([kernel, bias])
    received = np.array(layer(np.where(mask[..., None], x, np.nan).astype("float32"), mask=mask))
    for row, count in enumerate([5, 2]):
        expected = sum(token @ kernel + bias for token in x[row, :count]) / np.sqrt(count)
        np.testing.assert_allclose(received[row], expected, atol=1e-5)
    np.testing.assert_array_equal(received[2], np.zeros(3))
    np.testing.assert_allclose(np.array(layer(x))[0], received[0], atol=1e-6)


@pytest.mark.parametrize("units", [0, -3])
def test_no_units_are_refused(units):
    with pytest.raises(ValueError, match=r"`units` must be at least 1. Received"):
        ProjectedSum(units)
