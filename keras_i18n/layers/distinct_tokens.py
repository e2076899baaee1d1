from typing import Any

import keras
import tensorflow as tf

from keras_i18n.protocols import Config, Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class DistinctTokens(keras.layers.Layer):
    """Keeps each token of a text once, whatever its place: what a bag of n-grams counts.

    Args:
        last: ids from here on are left out, as are negative ones; None for all.

    Input shape: `(batch, tokens)`, int32.
    Output shape: the same, with the largest ids first; -1 stands where a token came again or was left out.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.DistinctTokens(50)(np.array([[7, 9, 7, 50, -1]], "int32")))
    array([[ 9,  7, -1, -1, -1]], dtype=int32)
    """

    def __init__(self, last: int | None = None, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "int32", **kwargs})
        self.last = None if last is None else int(last)

    def call(self, token_ids: Tensor) -> Tensor:
        token_ids = tf.maximum(tf.cast(token_ids, tf.int32), -1)
        if self.last is not None:
            token_ids = tf.where(token_ids < self.last, token_ids, -1)
        # runtimes have no sort of integers, but the largest so many, in order, are the same
        ordered = tf.math.top_k(token_ids, k=tf.shape(token_ids)[1]).values
        before = tf.pad(ordered, [[0, 0], [1, 0]], constant_values=-1)[:, : tf.shape(ordered)[1]]
        return tf.where(tf.equal(ordered, before), -1, ordered)

    def compute_output_shape(self, token_ids_shape: Shape) -> Shape:
        return token_ids_shape

    def get_config(self) -> Config:
        return {**super().get_config(), "last": self.last}
