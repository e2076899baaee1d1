from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_i18n.protocols import Config, Tensor
from keras_i18n.shown import shown

KINDS = ("token_ids", "padding_mask", "segment_ids")


@keras.saving.register_keras_serializable(package="keras_i18n")
class FilledInput(keras.layers.Layer):
    """What networks of other libraries take beside or in place of token ids padded with -1, made of these.

    Args:
        kind: "token_ids" with another padding; "padding_mask", 1 where there is a token; "segment_ids", zeros.
        padding_id: the id that the network knows as padding.
        as_padding: ids that count as padding in the mask although a text has them.
        length: how many tokens a text gets exactly, padded or cut; None for as many as there are.
        output_dtype: of the result.

    Input shape: `(batch, tokens)`, int32, padded with -1.
    Output shape: `(batch, length)`, or that of the input.

    Raises:
        ValueError: an unknown kind.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> token_ids = np.array([[7, 3, -1]], "int32")
    >>> np.array(layers.FilledInput("token_ids", padding_id=1, length=4)(token_ids)).tolist()
    [[7, 3, 1, 1]]
    >>> np.array(layers.FilledInput("padding_mask")(token_ids)).tolist()
    [[1, 1, 0]]
    """

    def __init__(
        self,
        kind: str,
        *,
        padding_id: int = 0,
        as_padding: Sequence[int] = (),
        length: int | None = None,
        output_dtype: str = "int32",
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "trainable": False})
        if kind not in KINDS:
            raise ValueError(f"`kind` must be one of {', '.join(map(repr, KINDS))}. Received: {shown(kind)}.")
        self.kind, self.padding_id, self.length = kind, int(padding_id), length
        self.as_padding = tuple(int(number) for number in as_padding)
        self.output_dtype = output_dtype

    def build(self, token_ids_shape: Any = None) -> None:
        self.built = True

    def call(self, token_ids: Tensor) -> Tensor:
        token_ids = tf.cast(token_ids, tf.int32)
        if self.length is not None:
            token_ids = tf.pad(token_ids, [[0, 0], [0, self.length]], constant_values=-1)[:, : self.length]
            token_ids = tf.reshape(token_ids, tf.stack([tf.shape(token_ids)[0], self.length]))
        if self.kind == "token_ids":
            found = tf.where(token_ids < 0, self.padding_id, token_ids)
        elif self.kind == "segment_ids":
            found = tf.zeros_like(token_ids)
        else:
            found = token_ids >= 0
            for number in self.as_padding:
                found &= tf.not_equal(token_ids, number)
        return tf.cast(found, self.output_dtype)

    def compute_output_spec(self, token_ids: Tensor) -> Tensor:
        length = token_ids.shape[1] if self.length is None else self.length
        return keras.KerasTensor((token_ids.shape[0], length), dtype=self.output_dtype)

    def get_config(self) -> Config:
        return super().get_config() | {
            "kind": self.kind,
            "padding_id": self.padding_id,
            "as_padding": list(self.as_padding),
            "length": self.length,
            "output_dtype": self.output_dtype,
        }
