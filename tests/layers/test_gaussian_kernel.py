import numpy as np
import pytest

from keras_i18n.layers import GaussianKernel, MaskedMean
from tests.layers.checks import LayerCase, check_layer


def on_mean(layer, token_ids, vectors, mask):
    return layer(MaskedMean()(vectors, mask=mask))


def test_shared_checks():
    check_layer(LayerCase(make=lambda: GaussianKernel(5, gamma=0.7), call=on_mean, trainable=False))


def test_by_definition():
    generator = np.random.default_rng(4)
    vectors, anchors = generator.normal(size=(3, 6)).astype("float32"), generator.normal(size=(4, 6)).astype("float32")
    layer = GaussianKernel(4, gamma=0.3)
    layer.build((None, 6))
    layer.set_weights([anchors])
    squared = ((vectors[:, None] - anchors[None]) ** 2).sum(-1)
    np.testing.assert_allclose(np.array(layer(vectors)), np.exp(-0.3 * squared), atol=1e-5)


def test_a_vector_is_never_more_than_like_itself():
    vectors = np.random.default_rng(4).normal(scale=100, size=(50, 8)).astype("float32")
    layer = GaussianKernel(50)
    layer.build((None, 8))
    layer.set_weights([vectors])
    likeness = np.array(layer(vectors))
    assert likeness.max() <= 1.0  # rounding must not make a distance negative
    assert (likeness >= 0).all()


@pytest.mark.parametrize("arguments", [(0, 1.0), (3, 0.0), (3, -1.0), (3, float("nan"))])
def test_impossible_sizes_are_refused(arguments):
    with pytest.raises(ValueError, match=r"`num_anchors` must be at least 1 and `gamma` above 0. Received"):
        GaussianKernel(arguments[0], gamma=arguments[1])
