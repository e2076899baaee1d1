"""The share of right answers."""

import numpy as np

from keras_i18n.protocols import Array


def accuracy(predicted: Array, true: Array) -> float:
    """The share of entries that are equal.

    Args:
        predicted: labels or their numbers `[texts]`.
        true: the same kind `[texts]`.

    Returns: float from 0 to 1.

    Raises:
        ValueError: no entries, or unequal numbers of them.

    Example:

    >>> accuracy(["alarm", "music", "music", "call"], ["alarm", "music", "call", "call"])
    0.75
    """
    predicted, true = np.asarray(predicted), np.asarray(true)
    if predicted.shape != true.shape or predicted.ndim != 1 or not predicted.size:
        raise ValueError(
            "`predicted` and `true` must hold one entry a text, for at least one text. "
            f"Received shapes: {predicted.shape} and {true.shape}."
        )
    return float(np.mean(predicted == true))
