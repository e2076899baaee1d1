"""The LSTM's own gradient beside that of Keras' loop."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_i18n import layers


@pytest.mark.parametrize("return_sequences", [True, False])
@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("tokens", [1, 6])
def test_gradients_equal_keras(return_sequences, use_bias, tokens):
    generator = np.random.default_rng(tokens)
    inputs = tf.constant(generator.normal(size=(3, tokens, 5)), "float32")
    states = [tf.constant(generator.normal(size=(3, 4)), "float32") for _ in range(2)]
    options = {"return_sequences": return_sequences, "return_state": True, "use_bias": use_bias}
    theirs, ours = keras.layers.LSTM(4, **options), layers.LSTM(4, **options)
    theirs.build(inputs.shape)
    ours.build(inputs.shape)
    theirs.set_weights([generator.normal(size=weight.shape) for weight in theirs.get_weights()])
    ours.set_weights(theirs.get_weights())
    found = []
    for layer in (ours, theirs):
        with tf.GradientTape() as tape:
            tape.watch([inputs, *states])
            outputs = layer(inputs, initial_state=states, training=True)
            loss = sum(tf.reduce_sum(tf.sin(output) * (number + 1)) for number, output in enumerate(outputs))
        found.append([*outputs, *tape.gradient(loss, [inputs, *states, *(w.value for w in layer.trainable_weights)])])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_learns_under_fit_with_any_length():
    model = keras.Sequential([keras.Input((None, 3)), layers.LSTM(8), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.02), "mse")
    inputs = np.random.default_rng(0).normal(size=(64, 9, 3)).astype("float32")
    targets = inputs[:, :, :1].sum(axis=1)
    losses = model.fit(inputs, targets, epochs=30, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 4
