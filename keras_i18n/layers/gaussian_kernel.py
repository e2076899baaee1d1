from typing import Any

import keras
from keras import ops

from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class GaussianKernel(keras.layers.Layer):
    """Compares vectors with anchors: exp(-gamma * squared distance).

    Args:
        num_anchors: number of anchors; they are zeros until they are set.
        gamma: how fast the likeness falls with the squared distance.

    Input shape: `(batch, dim)`.
    Output shape: `(batch, num_anchors)`, between 0 and 1.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> kernel = layers.GaussianKernel(2, gamma=0.5)
    >>> kernel.build((None, 3))
    >>> kernel.set_weights([np.eye(2, 3, dtype="float32")])
    >>> np.array(kernel(np.eye(1, 3, dtype="float32"))).round(3)
    array([[1.   , 0.368]], dtype=float32)
    """

    def __init__(self, num_anchors: int, *, gamma: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if int(num_anchors) < 1 or not gamma > 0:
            raise ValueError(
                f"`num_anchors` must be at least 1 and `gamma` above 0. Received: {shown(num_anchors)}, {shown(gamma)}."
            )
        self.num_anchors = int(num_anchors)
        self.gamma = float(gamma)

    def build(self, vectors_shape: Shape) -> None:
        self.anchors = self.add_weight(
            name="anchors", shape=(self.num_anchors, vectors_shape[-1]), initializer="zeros", trainable=False
        )
        self.built = True

    def call(self, vectors: Tensor) -> Tensor:
        products = ops.matmul(vectors, ops.transpose(self.anchors))  # (batch, num_anchors)
        of_vectors = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
        of_anchors = ops.sum(ops.square(self.anchors), axis=-1)
        distance = ops.maximum(of_vectors + of_anchors - 2.0 * products, 0.0)
        return ops.exp(-self.gamma * distance)

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return (vectors_shape[0], self.num_anchors)

    def get_config(self) -> Config:
        return {**super().get_config(), "num_anchors": self.num_anchors, "gamma": self.gamma}
