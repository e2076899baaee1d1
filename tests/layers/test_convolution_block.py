import keras
import numpy as np
import pytest

from keras_i18n.layers import ConvolutionBlock
from tests.layers.checks import DIM, LayerCase, check_layer

X = np.random.default_rng(1).normal(size=(2, 9, 4)).astype("float32")
CASES = {
    "residual": {"filters": DIM, "kernel_size": 3, "dilation": 2, "dropout": 0.2},
    "causal": {"filters": 4, "kernel_size": 4, "causal": True, "activation": "relu"},
    "no residual": {"filters": DIM, "kernel_size": 2, "residual": False, "activation": "tanh"},
}


@pytest.mark.parametrize("name", CASES)
def test_shared_checks(name):
    check_layer(LayerCase(make=lambda: ConvolutionBlock(**CASES[name]), by_token=True))


@pytest.mark.parametrize(("causal", "padding"), [(True, "causal"), (False, "same")])
@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4])
@pytest.mark.parametrize("dilation", [1, 2])
def test_equals_the_convolution_of_keras(causal, padding, kernel_size, dilation):
    arguments = {"activation": "linear", "residual": False, "dilation": dilation, "causal": causal}
    block = ConvolutionBlock(5, kernel_size, **arguments)
    block.build(X.shape)
    theirs = keras.layers.Conv1D(5, kernel_size, dilation_rate=dilation, padding=padding)
    theirs.build(X.shape)
    theirs.set_weights([block.kernel, np.arange(5)])
    block.bias.assign(np.arange(5))
    expected = np.array(block.normalization(theirs(X)))
    np.testing.assert_allclose(np.array(block(X)), expected, atol=1e-5)


def test_padding_stays_zero():
    mask = np.arange(9)[None] < np.array([[9], [4]])
    outputs = np.array(ConvolutionBlock(4, 3)(X, mask=mask))
    assert np.abs(outputs[1, 4:]).max() == 0
    assert np.abs(outputs[1, :4]).max() > 0


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match=r"`kernel_size` must be at least 1\. Received: 0"):
        ConvolutionBlock(4, 0)
