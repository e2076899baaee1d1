from typing import Any

import keras
from keras import ops

from keras_i18n.protocols import Config, Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class TokenIdOffset(keras.layers.Layer):
    """Adds a number to every token id, padding included: with 1, padding of -1 becomes the 0 that Keras masks.

    Args:
        offset: what is added.

    Input shape: `(batch, tokens)`, int32.
    Output shape: the same.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.TokenIdOffset(1)(np.array([[7, 0, -1]], "int32")))
    array([[8, 1, 0]], dtype=int32)
    """

    def __init__(self, offset: int = 1, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "int32", **kwargs})
        self.offset = int(offset)

    def call(self, token_ids: Tensor) -> Tensor:
        return ops.cast(token_ids, "int32") + self.offset

    def compute_output_shape(self, token_ids_shape: Shape) -> Shape:
        return token_ids_shape

    def get_config(self) -> Config:
        return {**super().get_config(), "offset": self.offset}
