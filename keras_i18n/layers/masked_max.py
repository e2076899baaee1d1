from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_i18n.protocols import Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class MaskedMax(keras.layers.Layer):
    """Takes the largest value of each feature over the tokens, leaving padding out.

    A text of padding only gives zeros.

    Input shape: `(batch, tokens, dim)`; `mask` bool `(batch, tokens)`, or None where every token counts.
    Output shape: `(batch, dim)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> vectors = np.array([[[1.0], [3.0], [50.0]]], "float32")
    >>> np.array(layers.MaskedMax()(vectors, mask=np.array([[True, True, False]])))
    array([[3.]], dtype=float32)
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, vectors: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            return ops.max(vectors, axis=1)
        lowest = float(tf.as_dtype(vectors.dtype).min)
        largest = ops.max(ops.where(ops.expand_dims(mask, -1), vectors, lowest), axis=1)
        has_token = ops.any(mask, axis=1, keepdims=True)
        return ops.where(has_token, largest, ops.zeros_like(largest))

    def compute_mask(self, vectors: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return (vectors_shape[0], vectors_shape[-1])
