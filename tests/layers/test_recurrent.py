"""LSTM, GRU, SimpleRNN and Bidirectional: the numbers of Keras' own, in every format."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_i18n import layers
from tests.layers.checks import LayerCase, check_layer

UNITS = 5
X = np.random.default_rng(5).normal(size=(4, 7, 3)).astype("float32")
RIGHT_PADDED = np.arange(7)[None] < np.array([[7], [3], [1], [0]])
LEFT_PADDED = RIGHT_PADDED[:, ::-1]
WITH_HOLES = np.random.default_rng(6).random((4, 7)) < 0.5
MASKS = {"none": None, "right": RIGHT_PADDED, "left": LEFT_PADDED, "holes": WITH_HOLES}

OPTIONS = [
    ("LSTM", {}),
    ("LSTM", {"activation": "relu", "recurrent_activation": "hard_sigmoid", "use_bias": False}),
    ("LSTM", {"unit_forget_bias": False, "go_backwards": True, "return_sequences": True}),
    ("LSTM", {"return_sequences": True, "return_state": True, "zero_output_for_mask": True}),
    ("GRU", {"reset_after": True}),
    ("GRU", {"reset_after": False, "return_sequences": True}),
    ("GRU", {"reset_after": True, "use_bias": False, "go_backwards": True, "return_state": True}),
    ("GRU", {"reset_after": False, "use_bias": False, "activation": "elu"}),
    ("SimpleRNN", {"return_sequences": True, "return_state": True}),
    ("SimpleRNN", {"activation": "gelu", "use_bias": False, "go_backwards": True}),
    ("SimpleRNN", {"zero_output_for_mask": True}),
]


def pair(name, **options):
    """Keras' layer and the portable one with the same random weights."""
    theirs, ours = getattr(keras.layers, name)(UNITS, **options), getattr(layers, name)(UNITS, **options)
    return share_weights(theirs, ours)


def share_weights(theirs, ours):
    for layer in (theirs, ours):
        layer.build(X.shape)
    generator = np.random.default_rng(7)
    theirs.set_weights([generator.normal(0, 0.5, weight.shape) for weight in theirs.get_weights()])
    ours.set_weights(theirs.get_weights())
    return theirs, ours


def assert_same(ours, theirs, tolerance=1e-5):
    for one, other in zip(tf.nest.flatten(ours), tf.nest.flatten(theirs), strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(np.array(one), np.array(other), atol=tolerance)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_equals_keras(name, options, mask):
    theirs, ours = pair(name, **options)
    assert_same(ours(X, mask=MASKS[mask]), theirs(X, mask=MASKS[mask]))


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
def test_equals_keras_from_an_initial_state(name, mask):
    theirs, ours = pair(name, return_sequences=True, return_state=True)
    state = [np.random.default_rng(8).normal(size=(4, UNITS)).astype("float32") for _ in theirs.state_size]
    arguments = {"initial_state": state, "mask": MASKS[mask]}
    assert_same(ours(X, **arguments), theirs(X, **arguments))


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("merge_mode", ["concat", "sum", "mul", "ave", None])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_bidirectional_equals_keras(merge_mode, return_sequences, mask):
    options = {"return_sequences": return_sequences, "return_state": True}
    theirs, ours = share_weights(
        keras.layers.Bidirectional(keras.layers.GRU(UNITS, **options), merge_mode=merge_mode),
        layers.Bidirectional(layers.GRU(UNITS, **options), merge_mode=merge_mode),
    )
    assert_same(ours(X, mask=MASKS[mask]), theirs(X, mask=MASKS[mask]))


@pytest.mark.parametrize("mask", ["none", "right"])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
def test_gradients_equal_keras(name, training, mask):
    gradients = []
    for layer in pair(name, return_sequences=True):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(layer(X, mask=MASKS[mask], training=training)))
        gradients.append(tape.gradient(loss, [weight.value for weight in layer.trainable_weights]))
    assert_same(gradients[1], gradients[0])


@pytest.mark.parametrize("options", [{"dropout": 0.5}, {"recurrent_dropout": 0.5}])
def test_dropout_equals_keras(options):
    theirs, ours = pair("LSTM", seed=3, **options)
    assert_same(ours(X, training=True), theirs(X, training=True))
    assert_same(ours(X), theirs(X))
    assert np.abs(np.array(ours(X, training=True)) - np.array(ours(X))).max() > 1e-3


def test_stacked_layers_take_the_weights_of_a_trained_keras_model():
    def build(room):
        inputs = keras.Input((None, 3))
        mask = keras.Input((None,), dtype="bool")
        x = room.Bidirectional(room.LSTM(UNITS, return_sequences=True))(inputs, mask=mask)
        x = room.GRU(UNITS, return_sequences=True, dropout=0.1)(x, mask=mask)
        return keras.Model([inputs, mask], keras.layers.Dense(2)(room.SimpleRNN(UNITS)(x, mask=mask)))

    theirs, ours = build(keras.layers), build(layers)
    theirs.compile("adam", "mse")
    theirs.fit([X, RIGHT_PADDED], np.ones((4, 2)), epochs=3, verbose=0)
    ours.set_weights(theirs.get_weights())
    assert_same(ours([X, RIGHT_PADDED]), theirs([X, RIGHT_PADDED]))


def test_mixed_precision_equals_keras():
    theirs, ours = pair("LSTM", dtype="mixed_float16", return_sequences=True)
    assert_same(ours(X, mask=RIGHT_PADDED), theirs(X, mask=RIGHT_PADDED), tolerance=2e-3)
    assert ours(X).dtype == tf.float16


SHARED = {
    "lstm": lambda: layers.LSTM(4, unit_forget_bias=False, recurrent_activation="hard_sigmoid"),
    "lstm_sequences": lambda: layers.LSTM(4, return_sequences=True, activation="relu"),
    "gru": lambda: layers.GRU(4, reset_after=False, use_bias=False),
    "gru_sequences": lambda: layers.GRU(4, return_sequences=True, activation="sigmoid"),
    "simple_rnn": lambda: layers.SimpleRNN(4, activation="relu"),
    "bidirectional": lambda: layers.Bidirectional(layers.LSTM(4), merge_mode="sum"),
    "bidirectional_sequences": lambda: layers.Bidirectional(
        layers.GRU(4, return_sequences=True), backward_layer=layers.LSTM(4, return_sequences=True, go_backwards=True)
    ),
}


@pytest.mark.parametrize("name", SHARED)
def test_shared_checks(name):
    check_layer(LayerCase(make=SHARED[name], by_token=name.endswith("sequences")))


def test_states_export():
    def make():
        return layers.LSTM(4, return_state=True, go_backwards=True)

    check_layer(LayerCase(make=make, call=lambda layer, token_ids, vectors, mask: layer(vectors, mask=mask)[1:]))


def test_a_hidden_state_between_calls_is_refused():
    with pytest.raises(ValueError, match=r"Received: stateful=True.*initial_state"):
        layers.GRU(4, stateful=True)


def test_bidirectional_refuses_a_layer_that_does_not_export():
    with pytest.raises(ValueError, match=r"do not export.*Received: <LSTM"):
        layers.Bidirectional(keras.layers.LSTM(4))
