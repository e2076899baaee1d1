import numpy as np

from keras_i18n.layers import GatedSum, MaskedMean, UnitLength
from tests.layers.checks import LayerCase, check_layer


def test_shared_checks():
    def call(layer, token_ids, vectors, mask):
        mean = MaskedMean()(vectors, mask=mask)
        gate = UnitLength()(mean)  # of any width: it is multiplied number by number
        return layer([mean, UnitLength()(mean), gate])

    check_layer(LayerCase(make=GatedSum, call=call, trainable=False))


def test_the_ends_are_the_two_vectors():
    first, second = np.array([[1.0, 2.0]], "float32"), np.array([[5.0, -3.0]], "float32")
    np.testing.assert_array_equal(np.array(GatedSum()([first, second, np.ones((1, 1), "float32")])), first)
    np.testing.assert_array_equal(np.array(GatedSum()([first, second, np.zeros((1, 1), "float32")])), second)
