from typing import Any

import keras
from keras import ops

from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown

# what the sum of the token vectors is multiplied by, given how many tokens there are (at least 1). The mean is
# sum * rsqrt(count^2): the mobile runtime of 2023 has no quantised division.
_FACTORS = {
    "count": lambda count: ops.rsqrt(ops.square(count)),
    "sqrt_count": ops.rsqrt,
    "one": ops.ones_like,
}


@keras.saving.register_keras_serializable(package="keras_i18n")
class MaskedMean(keras.layers.Layer):
    """Averages token vectors, leaving padding out.

    A text gives the same vector alone or in a longer batch; a text of padding only gives zeros, never NaN.

    Args:
        divide_by: "count" for the mean, "sqrt_count" for the sum over the square root of the count (as the universal
            sentence encoders pool), "one" for the sum.

    Input shape: `(batch, tokens, dim)`; `mask` bool `(batch, tokens)`, or None where every token counts.
    Output shape: `(batch, dim)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> vectors = np.array([[[1.0], [3.0], [50.0]]], "float32")
    >>> np.array(layers.MaskedMean()(vectors, mask=np.array([[True, True, False]])))
    array([[2.]], dtype=float32)
    """

    def __init__(self, divide_by: str = "count", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if divide_by not in _FACTORS:
            raise ValueError(
                f"`divide_by` must be one of {', '.join(map(repr, _FACTORS))}. Received: {shown(divide_by)}."
            )
        self.divide_by = divide_by
        self.supports_masking = True

    def call(self, vectors: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            mask = ops.ones_like(vectors[:, :, 0], dtype="bool")
        token_mask = ops.expand_dims(mask, -1)  # (batch, tokens, 1)
        total = ops.sum(ops.where(token_mask, vectors, ops.zeros_like(vectors)), axis=1)
        count = ops.sum(ops.cast(token_mask, "float32"), axis=1)  # (batch, 1)
        factor = _FACTORS[self.divide_by](ops.maximum(count, 1.0))
        return total * ops.cast(factor, total.dtype)

    def compute_mask(self, vectors: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return (vectors_shape[0], vectors_shape[-1])

    def get_config(self) -> Config:
        return {**super().get_config(), "divide_by": self.divide_by}
