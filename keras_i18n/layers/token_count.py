from typing import Any

import keras
from keras import ops

from keras_i18n.protocols import Config, Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class TokenCount(keras.layers.Layer):
    """Counts the tokens of each text, padding left out.

    Args:
        padding_id: the id that stands for padding.

    Input shape: `(batch, tokens)`, int32.
    Output shape: `(batch,)`, int32.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.TokenCount()(np.array([[5, 0, -1], [-1, -1, -1]], "int32")))
    array([2, 0], dtype=int32)
    """

    def __init__(self, *, padding_id: int = -1, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "int32", **kwargs})
        self.padding_id = int(padding_id)

    def call(self, token_ids: Tensor) -> Tensor:
        return ops.sum(ops.cast(ops.not_equal(token_ids, self.padding_id), "int32"), axis=1)

    def compute_output_shape(self, token_ids_shape: Shape) -> Shape:
        return (token_ids_shape[0],)

    def get_config(self) -> Config:
        return {**super().get_config(), "padding_id": self.padding_id}
