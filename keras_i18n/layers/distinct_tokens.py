from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class DistinctTokens(keras.layers.Layer):
    """Keeps each token of a text once, or once more each time it has come often enough: what a bag of n-grams counts.

    Args:
        last: ids from here on are left out, as are negative ones; None for all.
        repeats: which occurrences of a token are kept beside its first, rising from 2 on: with `(2, 5)` a token that
            comes twice to four times is kept twice, one that comes five times or more often three times.

    Input shape: `(batch, tokens)`, int32.
    Output shape: the same, with the largest ids first; -1 stands where a token was left out.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.DistinctTokens(50)(np.array([[7, 9, 7, 50, -1]], "int32")))
    array([[ 9,  7, -1, -1, -1]], dtype=int32)
    >>> np.array(layers.DistinctTokens(50, repeats=(2,))(np.array([[7, 7, 9, 7]], "int32")))
    array([[ 9,  7,  7, -1]], dtype=int32)
    """

    def __init__(self, last: int | None = None, *, repeats: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(**{"dtype": "int32", **kwargs})
        self.last = None if last is None else int(last)
        self.repeats = tuple(int(repeat) for repeat in repeats)
        if list(self.repeats) != sorted({repeat for repeat in self.repeats if repeat >= 2}):
            raise ValueError(f"`repeats` must be rising integers from 2 on. Received: {shown(repeats)}.")

    def call(self, token_ids: Tensor) -> Tensor:
        token_ids = tf.maximum(tf.cast(token_ids, tf.int32), -1)
        if self.last is not None:
            token_ids = tf.where(token_ids < self.last, token_ids, -1)
        # runtimes have no sort of integers, but the largest so many, in order, are the same
        ordered = tf.math.top_k(token_ids, k=tf.shape(token_ids)[1]).values
        kept = tf.not_equal(ordered, _before(ordered, 1))
        for repeat in self.repeats:
            so_often = tf.equal(ordered, _before(ordered, repeat - 1))
            kept |= so_often & tf.not_equal(ordered, _before(ordered, repeat))
        return tf.where(kept, ordered, -1)

    def compute_output_shape(self, token_ids_shape: Shape) -> Shape:
        return token_ids_shape

    def get_config(self) -> Config:
        return {**super().get_config(), "last": self.last, "repeats": self.repeats}


def _before(ordered, places):
    """What stands so many places before; -1 where nothing does."""
    return tf.pad(ordered, [[0, 0], [places, 0]], constant_values=-1)[:, : tf.shape(ordered)[1]]
