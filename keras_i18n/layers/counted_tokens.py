from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_i18n.protocols import Config, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class CountedTokens(keras.layers.Layer):
    """Token ids that tell of padding only: what a network reads that is given token vectors and how many there are.

    Args:
        padding_id: the id that stands for padding; all others become 0, or 1 where padding is 0.

    Input shape: `vectors` `(batch, tokens, dim)`; `length` int32 `(batch,)`, how many of each text's vectors are tokens.
    Output shape: `(batch, tokens)`, int32.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.CountedTokens()([np.zeros((2, 3, 4), "float32"), np.array([2, 0], "int32")]))
    array([[ 0,  0, -1],
           [-1, -1, -1]], dtype=int32)
    """

    def __init__(self, *, padding_id: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding_id = int(padding_id)

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        vectors, length = inputs
        place = ops.expand_dims(ops.arange(ops.shape(vectors)[1], dtype="int32"), 0)
        is_token = place < ops.expand_dims(ops.cast(length, "int32"), 1)
        token = int(self.padding_id == 0)
        return ops.where(is_token, ops.full_like(place, token), ops.full_like(place, self.padding_id))

    def compute_output_spec(self, inputs: Sequence[Tensor]) -> Tensor:
        return keras.KerasTensor(inputs[0].shape[:2], dtype="int32")

    def get_config(self) -> Config:
        return {**super().get_config(), "padding_id": self.padding_id}
