from typing import Any

import keras
from keras import ops

from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class ProjectedSum(keras.layers.Layer):
    """Sums the projections of the tokens, over the square root of their count.

    The sum and the (linear) projection commute, so a text costs one projection instead of one a token.

    Args:
        units: size of the output.

    Input shape: `(batch, tokens, dim)`; `mask` bool `(batch, tokens)`, or None where every token counts.
    Output shape: `(batch, units)`; a text of padding only gives zeros.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layers.ProjectedSum(3)(np.ones((2, 5, 4), "float32")).shape
    TensorShape([2, 3])
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if int(units) < 1:
            raise ValueError(f"`units` must be at least 1. Received: {shown(units)}.")
        self.units = int(units)
        self.supports_masking = True

    def build(self, vectors_shape: Shape) -> None:
        self.kernel = self.add_weight(name="kernel", shape=(vectors_shape[-1], self.units))
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")
        self.built = True

    def call(self, vectors: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            mask = ops.ones_like(vectors[:, :, 0], dtype="bool")
        token_mask = ops.expand_dims(mask, -1)  # (batch, tokens, 1)
        total = ops.sum(ops.where(token_mask, vectors, ops.zeros_like(vectors)), axis=1)
        count = ops.cast(ops.sum(ops.cast(token_mask, "float32"), axis=1), total.dtype)  # (batch, 1)
        projected = ops.matmul(total, self.kernel) + count * self.bias
        return projected * ops.rsqrt(ops.maximum(count, 1.0))

    def compute_mask(self, vectors: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return (vectors_shape[0], self.units)

    def get_config(self) -> Config:
        return {**super().get_config(), "units": self.units}
