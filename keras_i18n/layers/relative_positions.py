from typing import Any

import keras
from keras import ops

from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class RelativePositions(keras.layers.Layer):
    """Normalised vectors of distances between tokens, which all blocks of DeBERTa share.

    Source: He et al. 2021, "DeBERTaV3" (arXiv 2111.09543).

    Args:
        num_buckets: distances are told apart in so many buckets to each side.
        epsilon: of the normalisation.

    Input shape: `(batch, tokens, dim)`, of which only the dim counts.
    Output shape: `(1, 2 * num_buckets, dim)`.

    Raises:
        ValueError: `num_buckets` below 1.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layers.RelativePositions(4)(np.ones((3, 5, 8), "float32")).shape
    TensorShape([1, 8, 8])
    """

    def __init__(self, num_buckets: int = 256, *, epsilon: float = 1e-7, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if int(num_buckets) < 1:
            raise ValueError(f"`num_buckets` must be at least 1. Received: {shown(num_buckets)}.")
        self.num_buckets, self.epsilon = int(num_buckets), float(epsilon)

    def build(self, vectors_shape: Shape) -> None:
        shape = (2 * self.num_buckets, vectors_shape[-1])
        initializer = keras.initializers.RandomNormal(stddev=0.02)
        self.positions = self.add_weight(name="positions", shape=shape, initializer=initializer)
        self.normalization = keras.layers.LayerNormalization(epsilon=self.epsilon, name="norm", dtype=self.dtype_policy)
        self.normalization.build((1, *shape))
        self.built = True

    def call(self, vectors: Tensor) -> Tensor:
        return self.normalization(ops.expand_dims(ops.convert_to_tensor(self.positions), 0))

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return (1, 2 * self.num_buckets, vectors_shape[-1])

    def get_config(self) -> Config:
        return {**super().get_config(), "num_buckets": self.num_buckets, "epsilon": self.epsilon}
