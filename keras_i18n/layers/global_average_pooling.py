import keras
from keras import ops

from keras_i18n.protocols import Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class GlobalAveragePooling1D(keras.layers.GlobalAveragePooling1D):
    """Keras' layer of this name, finite on a text of padding only: it gives zeros where that one gives NaN.

    Arguments and all other results are those of `keras.layers.GlobalAveragePooling1D`.

    Input shape: `(batch, tokens, dim)`, or `(batch, dim, tokens)` with `data_format="channels_first"`; `mask` bool
    `(batch, tokens)`.
    Output shape: `(batch, dim)`, with an axis of size 1 for the tokens where `keepdims=True`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.GlobalAveragePooling1D()(np.ones((1, 2, 2), "float32"), mask=np.zeros((1, 2), "bool")))
    array([[0., 0.]], dtype=float32)
    """

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            return super().call(inputs)
        tokens_axis, dim_axis = (1, 2) if self.data_format == "channels_last" else (2, 1)
        mask = ops.expand_dims(ops.cast(mask, "bool"), dim_axis)
        total = ops.sum(ops.where(mask, inputs, ops.zeros_like(inputs)), axis=tokens_axis, keepdims=self.keepdims)
        count = ops.sum(ops.cast(mask, inputs.dtype), axis=tokens_axis, keepdims=self.keepdims)
        return total / ops.maximum(count, 1)
