from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers import ragged_rows
from keras_i18n.protocols import Config, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class JoinedTokens(keras.layers.Layer):
    """What a language model reads next: a begin piece, the tokens of a text, then tokens that were chosen.

    Args:
        begin_ids: the pieces that a text may begin with.
        vocabulary_size: ids from here on, and those below 0, are left out.

    Input: a list of `text_ids` int32 `(batch, tokens)` with a begin and an end piece, which are taken off, padded with -1
    on the right; `token_ids` int32 `(batch, any)`; `begin` int32 `(batch, 1)`, a place in `begin_ids`, -1 for none.
    Output: int32 `(batch, tokens)`, padded with -1 on the right, and the next `begin`: -1.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layer = layers.JoinedTokens([0, 9], vocabulary_size=10)
    >>> text, chosen, begin = [np.array([row], "int32") for row in ([0, 5, 6, 1], [7, -1], [1])]
    >>> np.array(layer([text, chosen, begin])[0])
    array([[9, 5, 6, 7]], dtype=int32)
    """

    def __init__(self, begin_ids: Sequence[int], *, vocabulary_size: int, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "int32", **kwargs})
        self.begin_ids = [int(begin_id) for begin_id in begin_ids]
        self.vocabulary_size = int(vocabulary_size)

    def call(self, inputs: Tensor) -> Tensor:
        text_ids, token_ids, begin = inputs
        counts = tf.reduce_sum(tf.cast(text_ids >= 0, "int32"), axis=1, keepdims=True)
        place = tf.expand_dims(tf.range(tf.shape(text_ids)[1]), 0)
        inner = tf.where(tf.logical_and(place > 0, place < counts - 1), text_ids, -1)
        chosen = tf.where(token_ids < self.vocabulary_size, token_ids, -1)
        first = tf.fill(tf.shape(begin), -1)
        for number, begin_id in enumerate(self.begin_ids):
            first = tf.where(tf.equal(begin, number), begin_id, first)
        line = tf.concat([first, inner, chosen], axis=1)
        return [ragged_rows.kept_left(line, line >= 0, -1), tf.fill(tf.shape(begin), -1)]

    def compute_output_spec(self, inputs: Tensor) -> Tensor:
        batch = inputs[0].shape[0]
        return [keras.KerasTensor((batch, None), dtype="int32"), keras.KerasTensor((batch, 1), dtype="int32")]

    def get_config(self) -> Config:
        return {**super().get_config(), "begin_ids": self.begin_ids, "vocabulary_size": self.vocabulary_size}
