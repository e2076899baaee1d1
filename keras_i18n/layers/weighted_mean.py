from collections.abc import Sequence
from typing import Any

import keras

from keras_i18n.protocols import Config, Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class WeightedMean(keras.layers.Layer):
    """The weighted mean of several tensors of one shape.

    Args:
        weights: a plain number for each tensor; they are taken as they are, so let their sum be 1.

    Input shape: a list of tensors, each `(batch, ...)`.
    Output shape: that of one of them.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> mean = layers.WeightedMean([0.25, 0.75])
    >>> np.array(mean([np.array([[1.0, 0.0]], "float32"), np.array([[0.0, 1.0]], "float32")]))
    array([[0.25, 0.75]], dtype=float32)
    """

    def __init__(self, weights: Sequence[float], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shares = [float(weight) for weight in weights]

    def call(self, tensors: Sequence[Tensor]) -> Tensor:
        total = tensors[0] * self.shares[0]
        for tensor, share in zip(tensors[1:], self.shares[1:], strict=True):
            total = total + tensor * share
        return total

    def compute_output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return shapes[0]

    def get_config(self) -> Config:
        return {**super().get_config(), "weights": self.shares}
