from typing import Any

import keras
import tensorflow as tf

from keras_i18n.protocols import Config, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class SourceTokens(keras.layers.Layer):
    """What an encoder of translations reads: the token of the target language, if there are several, the text, its end.

    Args:
        max_tokens: tokens that are kept; a longer text loses those before its end piece.
        end_id: the end piece.
        begins: whether texts come with a begin piece, which is taken off.
        first_tag: id of the first language's token; None for a model whose language has none.

    Input: token ids int32 `(batch, tokens)`, padded with -1 on the right; where there is a choice of languages a list of
    these and of `(batch, 1)`, the place of the target language, counted from 0.
    Output shape: int32 `(batch, new tokens)`, padded with -1 on the right.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layer = layers.SourceTokens(max_tokens=4, end_id=2, begins=True, first_tag=90)
    >>> np.array(layer([np.array([[1, 7, 8, 9, 2, -1]], "int32"), np.array([[1]], "int32")])).tolist()
    [[91, 7, 8, 2]]
    """

    def __init__(
        self, *, max_tokens: int, end_id: int, begins: bool, first_tag: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs})
        self.max_tokens, self.end_id, self.begins, self.first_tag = (
            int(max_tokens),
            int(end_id),
            bool(begins),
            first_tag,
        )

    def call(self, inputs: Tensor) -> Tensor:
        token_ids, place = inputs if isinstance(inputs, (list, tuple)) else (inputs, None)
        if self.begins:
            token_ids = token_ids[:, 1:]
        if self.first_tag is not None:
            place = tf.zeros(tf.stack([tf.shape(token_ids)[0], 1]), tf.int32) if place is None else place
            token_ids = tf.concat([place + self.first_tag, token_ids], axis=1)
        token_ids = token_ids[:, : self.max_tokens]
        last = tf.equal(tf.range(tf.shape(token_ids)[1]), self.max_tokens - 1)
        is_cut = tf.logical_and(tf.expand_dims(last, 0), token_ids >= 0)
        return tf.where(is_cut, self.end_id, token_ids)

    def compute_output_spec(self, inputs: Tensor) -> keras.KerasTensor:
        batch = (inputs[0] if isinstance(inputs, (list, tuple)) else inputs).shape[0]
        return keras.KerasTensor((batch, None), dtype="int32")

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "max_tokens": self.max_tokens,
            "end_id": self.end_id,
            "begins": self.begins,
            "first_tag": self.first_tag,
        }
