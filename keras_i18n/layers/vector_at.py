from typing import Any

import keras

from keras_i18n.protocols import Config, Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class VectorAt(keras.layers.Layer):
    """The vector of the token at one place, as BERT's family takes that of the first one for the whole text.

    Args:
        place: which token; below 0 from the end, padding counted.

    Input shape: `(batch, tokens, dim)`.
    Output shape: `(batch, dim)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.VectorAt(1)(np.array([[[1.0], [2.0], [3.0]]], "float32"))).tolist()
    [[2.0]]
    """

    def __init__(self, place: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.place = int(place)
        self.supports_masking = True

    def compute_mask(self, vectors: Tensor, mask: Tensor | None = None) -> None:
        return None

    def build(self, vectors_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, vectors: Tensor) -> Tensor:
        return vectors[:, self.place]

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return (vectors_shape[0], *vectors_shape[2:])

    def get_config(self) -> Config:
        return {**super().get_config(), "place": self.place}
