import numpy as np

from keras_i18n.layers import MaskedMax, MaskedMean, WeightedMean
from tests.layers.checks import LayerCase, check_layer


def test_shared_checks():
    def call(layer, token_ids, vectors, mask):
        return layer([MaskedMean()(vectors, mask=mask), MaskedMax()(vectors, mask=mask)])

    check_layer(LayerCase(make=lambda: WeightedMean([0.3, 0.7]), call=call, trainable=False))


def test_weights_are_taken_as_they_are():
    ones = np.ones((2, 3), "float32")
    np.testing.assert_allclose(np.array(WeightedMean([1, 2, 0])([ones, 10 * ones, 100 * ones])), 21 * ones)
