from typing import Any

import keras

from keras_i18n.protocols import Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class GatedSum(keras.layers.Layer):
    """Weighs two vectors of a text against each other: `gate * first + (1 - gate) * second`.

    Input: a list of three tensors: `first` and `second`, `(..., dim)`, and `gate`, `(..., 1)`, from 0 to 1.
    Output shape: `(..., dim)`.

    Source: the gate of Srivastava et al. 2015, "Highway Networks".

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.GatedSum()([np.array([[4.0, 0.0]]), np.array([[0.0, 8.0]]), np.array([[0.25]])]))
    array([[1., 6.]], dtype=float32)
    """

    def call(self, inputs: list[Tensor]) -> Any:
        first, second, gate = inputs
        return second + gate * (first - second)

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        return input_shape[0]
