import keras
from keras import ops

from keras_i18n.protocols import Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class UnitLength(keras.layers.Layer):
    """Scales each vector to length 1; a vector of zeros stays one.

    `keras.layers.UnitNormalization` becomes TFLite's L2_NORMALIZATION, which answers NaN to zeros: the empty text.

    Input shape: `(..., dim)`.
    Output shape: that of the input.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.UnitLength()(np.array([[3.0, 4.0], [0.0, 0.0]], "float32")))
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)
    """

    def call(self, vectors: Tensor) -> Tensor:
        square = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
        # a square root of 0 has no gradient; a bound on the root itself keeps the converter from its own operator
        length = ops.sqrt(ops.maximum(square, 1e-24))
        return vectors / ops.maximum(length, 1e-6)

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return vectors_shape
