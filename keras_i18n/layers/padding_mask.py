from typing import Any

import keras
from keras import ops

from keras_i18n.protocols import Config, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class PaddingMask(keras.layers.Layer):
    """Tells which token ids are text and which are padding.

    Every layer of this package takes its mask as an argument, `layer(x, mask=mask)`: a mask that is a tensor of the
    model is kept by every file format, the hidden ones of Keras' `mask_zero` are not.

    Args:
        padding_id: the id that stands for padding. The tokenizers of this package pad with -1.

    Input shape: `(batch, tokens)`, integers.
    Output shape: `(batch, tokens)`, bool; True where there is a token.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.PaddingMask()(np.array([[7, 0, -1]], "int32")))
    array([[ True,  True, False]])
    """

    def __init__(self, padding_id: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding_id = int(padding_id)

    def call(self, token_ids: Tensor) -> Tensor:
        return ops.not_equal(token_ids, ops.cast(self.padding_id, token_ids.dtype))

    def compute_output_spec(self, token_ids: Tensor) -> Tensor:
        return keras.KerasTensor(token_ids.shape, dtype="bool")

    def get_config(self) -> Config:
        return {**super().get_config(), "padding_id": self.padding_id}
