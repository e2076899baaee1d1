"""Weights that are no numbers: a training that went wrong, or a damaged file. Every answer is then the same and wrong."""

import warnings

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.protocols import Path

_AT_ONCE = 1 << 20  # numbers


def not_finite(network: keras.Model) -> list[str]:
    """Paths of the weights with NaN or infinite numbers, in order.

    Example:

    >>> import keras
    >>> from keras_i18n.models.saving.finite_weights import not_finite
    >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="scores")])
    >>> network.set_weights([[[float("nan")], [0.0]], [0.0]])
    >>> not_finite(network)
    ['scores/kernel']
    """
    return [weight.path for weight in network.weights if not all(map(_is_finite, _in_blocks(weight)))]


def warn_of_not_finite(network: keras.Model, path: Path) -> None:
    """Warns when a network that is saved to a path, or was loaded from it, has weights that are no numbers."""
    if names := not_finite(network):
        warnings.warn(
            f"Weights in '{path}' are NaN or infinite ({', '.join(names[:3])}), and so are its answers. Train again with "
            "a lower learning rate, or load an earlier file.",
            UserWarning,
            stacklevel=3,
        )


def _in_blocks(weight):
    """The values of a weight as arrays; of a large table some rows at a time, since each look at them is a copy.

    The variable is read once: from its first look-up on, TensorFlow copies all of it for each reading of a part.
    """
    rows = weight.shape[0] if len(weight.shape) else 1
    step = max(1, rows * _AT_ONCE // max(1, int(np.prod(weight.shape))))
    if step >= rows:
        yield keras.ops.convert_to_numpy(weight)
        return
    values = tf.convert_to_tensor(weight.value)
    for start in range(0, rows, step):
        yield keras.ops.convert_to_numpy(values[start : start + step])


def _is_finite(values):
    # a sum is NaN or infinite where any number is, and needs no copy; float64 does not overflow on the way
    return values.dtype.kind not in "fV" or bool(np.isfinite(values.astype("float32", copy=False).sum(dtype="float64")))
