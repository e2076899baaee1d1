"""What stands on an encoder: from a text's vector to a probability for each label."""

from typing import Any

import keras

from keras_i18n import layers
from keras_i18n.forked import refuse_forked
from keras_i18n.shown import shown

# labels of which each learns from the margins of all: of more, a matrix of labels by labels would take hours and hundreds of
# megabytes, and each has a factor of its own
_MOST_LABELS = 1000


def _dense(units, *, seed, **options):
    return keras.layers.Dense(units, kernel_initializer=keras.initializers.GlorotUniform(seed=seed), **options)


def _kernel(vector, num_labels, *, activation, num_anchors=1024, gamma=1.0, seed=0):
    x = layers.GaussianKernel(num_anchors, gamma=gamma, name="kernel")(vector)
    x = keras.layers.Dense(num_labels, use_bias=False, kernel_initializer="zeros", name="margins")(x)
    # margins lie around -1 and 1: four times that is a good first guess of log odds
    if num_labels > _MOST_LABELS:
        return keras.layers.EinsumDense(
            "bl,l->bl",
            (num_labels,),
            activation=activation,
            bias_axes="l",
            kernel_initializer=keras.initializers.Constant(4.0),
            name="scores",
        )(x)
    return keras.layers.Dense(
        num_labels, activation=activation, kernel_initializer=keras.initializers.Identity(4.0), name="scores"
    )(x)


def _mlp(vector, num_labels, *, activation, hidden_dim=256, dropout=0.5, seed=0):
    x = _dense(hidden_dim, activation="relu", seed=seed, name="hidden")(vector)
    x = keras.layers.Dropout(dropout, seed=seed, name="dropout")(x)
    return _dense(num_labels, activation=activation, seed=seed + 1, name="scores")(x)


def _linear(vector, num_labels, *, activation, seed=0):
    return _dense(num_labels, activation=activation, seed=seed, name="scores")(vector)


HEADS = {
    "kernel": _kernel,
    "linear": _linear,
    "mlp": _mlp,
}


def build_head(kind: str, dim: int, num_labels: int | None, *, multi_label: bool = False, **options: Any) -> Any:
    """A functional model, float32 `(batch, dim)` -> probabilities `(batch, num_labels)`; its name is "head".

    Args:
        kind: a key of `HEADS`: "kernel" (Gaussian kernel on the training texts, solved exactly: best from few texts, but
            its weights hold the vectors of these texts), "mlp" (hidden_dim=256, dropout=0.5), "linear"; the last two
            keep no training text.
        multi_label: whether a text may have several labels: the scores are then those of a sigmoid.
        options: of the head; every head takes `seed`.
    """
    if kind not in HEADS:
        raise ValueError(f"`head` must be one of {', '.join(map(repr, HEADS))}. Received: {shown(kind)}.")
    refuse_forked()
    vector = keras.Input((dim,), name="vector_in")
    activation = "sigmoid" if multi_label else "softmax"
    return keras.Model(vector, HEADS[kind](vector, num_labels, activation=activation, **options), name="head")
