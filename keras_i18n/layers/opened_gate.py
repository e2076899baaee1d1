from typing import Any

import keras
import tensorflow as tf

from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class OpenedGate(keras.layers.Layer):
    """Opens a gate for texts with tokens from a certain id on: those of languages that were added later.

    The gate of all other texts stays what it is, to the bit.

    Args:
        first: the first of these ids.
        openness: how far the gate is opened from where it stands towards 1; 0 <= openness <= 1.

    Input: a list of two tensors: `gate`, `(batch, 1)`, from 0 to 1, and `token_ids`, int32 `(batch, tokens)`.
    Output shape: `(batch, 1)`.

    Raises:
        ValueError: another openness.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> gate, token_ids = np.array([[0.2], [0.2]]), np.array([[3, 7, -1], [3, 5, 900]], "int32")
    >>> np.array(layers.OpenedGate(900, 0.5)([gate, token_ids])).round(3)
    array([[0.2],
           [0.6]], dtype=float32)
    """

    def __init__(self, first: int, openness: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= openness <= 1:
            raise ValueError(f"`openness` must be from 0 to 1. Received: {shown(openness)}.")
        self.first, self.openness = int(first), float(openness)

    def call(self, inputs: list[Tensor]) -> Any:
        gate, token_ids = inputs
        later = tf.cast(tf.cast(token_ids, "int32") >= self.first, gate.dtype)
        opened = self.openness * tf.reduce_max(later, axis=1, keepdims=True)
        return gate + opened * (1 - gate)

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        return input_shape[0]

    def compute_output_spec(self, inputs: list[Tensor]) -> Tensor:
        return keras.KerasTensor(inputs[0].shape, dtype=self.compute_dtype)

    def get_config(self) -> Config:
        return {**super().get_config(), "first": self.first, "openness": self.openness}
