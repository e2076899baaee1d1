from typing import Any

import keras
import tensorflow as tf

from keras_i18n.protocols import Config, Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class AddedLanguage(keras.layers.Layer):
    """Which of the languages that were added to a translator a source is to be translated into: its first token tells.

    Args:
        first_tag: token of the first such language; those of the others follow, and no other token does.

    Input shape: int32 `(batch, tokens)`, padded with -1 on the right.
    Output shape: int32 `(batch,)`, counted from 0; -1 for all other languages.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.AddedLanguage(90)(np.array([[91, 7, 2], [89, 7, 2]], "int32"))).tolist()
    [1, -1]
    """

    def __init__(self, first_tag: int, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "int32", **kwargs})
        self.first_tag = int(first_tag)

    def call(self, token_ids: Tensor) -> Tensor:
        # where texts have no tokens the largest of none is the lowest number there is
        first = tf.maximum(tf.reduce_max(token_ids[:, :1], axis=1), -1)
        return tf.maximum(first - self.first_tag, -1)

    def compute_mask(self, token_ids: Tensor, previous_mask: Tensor | None = None) -> None:
        """None: it is a number a text."""

    def compute_output_shape(self, token_ids_shape: Shape) -> Shape:
        return (token_ids_shape[0],)

    def get_config(self) -> Config:
        return {**super().get_config(), "first_tag": self.first_tag}
