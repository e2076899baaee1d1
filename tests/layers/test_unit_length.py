import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers import MaskedMean, UnitLength
from tests.layers.checks import LayerCase, check_layer


def test_shared_checks():
    def call(layer, token_ids, vectors, mask):
        return layer(MaskedMean()(vectors, mask=mask))  # the empty text gives zeros

    check_layer(LayerCase(make=UnitLength, call=call, trainable=False))


def test_equals_keras_and_is_flat_at_zero():
    x = np.random.default_rng(1).normal(size=(3, 4)).astype("float32")
    np.testing.assert_allclose(np.array(UnitLength()(x)), np.array(keras.layers.UnitNormalization()(x)), atol=1e-6)
    zeros = tf.Variable(tf.zeros((1, 4)))
    with tf.GradientTape() as tape:
        outputs = UnitLength()(zeros)
    assert np.isfinite(tape.gradient(outputs, zeros).numpy()).all()
