from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers import ragged_rows
from keras_i18n.protocols import Config, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class TokenRange(keras.layers.Layer):
    """The tokens of one tokenizer out of those of a `JoinedTokenizer`: counted from 0 and moved to the left.

    The result is as wide as the text that has most of them, so that an encoder does not read the places of n-grams.

    Args:
        first: the first id that is kept.
        last: the first id that is no longer kept; None for all above.

    Input shape: `(batch, tokens)`, int32; negative ids are padding.
    Output shape: `(batch, kept)`, int32, padded with -1 on the right; at least one column.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.TokenRange(100)(np.array([[3, 104, 7, 101], [9, -1, -1, -1]], "int32")))
    array([[ 4,  1],
           [-1, -1]], dtype=int32)
    """

    def __init__(self, first: int = 0, last: int | None = None, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "int32", **kwargs})
        self.first = int(first)
        self.last = None if last is None else int(last)

    def call(self, token_ids: Tensor) -> Tensor:
        token_ids = tf.cast(token_ids, tf.int32)
        keep = token_ids >= self.first
        if self.last is not None:
            keep = tf.logical_and(keep, token_ids < self.last)
        return ragged_rows.kept_left(token_ids - self.first, keep, -1)

    def compute_output_spec(self, token_ids: Tensor) -> Tensor:
        return keras.KerasTensor((token_ids.shape[0], None), dtype="int32")

    def get_config(self) -> Config:
        return {**super().get_config(), "first": self.first, "last": self.last}
