"""Weights that are no numbers: a training that went wrong, or a damaged file. Every answer is then the same and wrong."""

import warnings

import keras
import numpy as np

from keras_i18n.protocols import Path


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
    return [weight.path for weight in network.weights if not _is_finite(keras.ops.convert_to_numpy(weight))]


def warn_of_not_finite(network: keras.Model, path: Path) -> None:
    """Warns when a network that is saved to a path, or was loaded from it, has weights that are no numbers."""
    if names := not_finite(network):
        warnings.warn(
            f"Weights in '{path}' are NaN or infinite ({', '.join(names[:3])}), and so are its answers. Train again with "
            "a lower learning rate, or load an earlier file.",
            UserWarning,
            stacklevel=3,
        )


def _is_finite(values):
    # a sum is NaN or infinite where any number is, and needs no copy; float64 does not overflow on the way
    return values.dtype.kind not in "fV" or bool(np.isfinite(values.astype("float32", copy=False).sum(dtype="float64")))
