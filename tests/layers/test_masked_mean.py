import keras
import numpy as np
import pytest

from keras_i18n.layers import MaskedMean
from tests.layers.checks import LayerCase, check_layer


@pytest.mark.parametrize("divide_by", ["count", "sqrt_count", "one"])
def test_shared_checks(divide_by):
    check_layer(LayerCase(make=lambda: MaskedMean(divide_by=divide_by), trainable=False))


@pytest.mark.parametrize(("divide_by", "expected"), [("count", 2.0), ("sqrt_count", 4 / np.sqrt(2)), ("one", 4.0)])
def test_by_hand(divide_by, expected):
    vectors = np.array([[[1.0], [3.0], [np.nan]]], "float32")
    pooled = MaskedMean(divide_by=divide_by)(vectors, mask=np.array([[True, True, False]]))
    np.testing.assert_allclose(np.array(pooled), [[expected]], rtol=1e-6)


def test_without_mask_it_is_the_mean_of_keras():
    vectors = np.random.default_rng(1).normal(size=(3, 5, 4)).astype("float32")
    expected = keras.layers.GlobalAveragePooling1D()(vectors)
    np.testing.assert_allclose(np.array(MaskedMean()(vectors)), np.array(expected), atol=1e-6)


def test_unknown_divisor_is_refused():
    with pytest.raises(ValueError, match=r"'sqrt_count'.*Received: 'tokens'"):
        MaskedMean(divide_by="tokens")
