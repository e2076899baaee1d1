from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_i18n.layers.activations import get_activation
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class ConvolutionBlock(keras.layers.Layer):
    """A convolution over neighbouring tokens, a layer normalisation, an activation and, where sizes agree, a residual.

    Padding counts as zeros on the way in and gives zeros on the way out, as beyond the ends of a text.

    Args:
        filters: size of the output vectors.
        kernel_size: number of tokens seen at a time.
        dilation: distance between them.
        causal: whether a token sees none after it, as a language model needs.
        activation: name of the activation.
        residual: add the input to the output, where they have one size.
        dropout: share of the output that training drops.

    Input shape: `(batch, tokens, dim)`; `mask` bool `(batch, tokens)`, or None where every token counts.
    Output shape: `(batch, tokens, filters)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layers.ConvolutionBlock(8, 3)(np.ones((1, 5, 4), "float32")).shape
    TensorShape([1, 5, 8])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        *,
        dilation: int = 1,
        causal: bool = False,
        activation: str | Callable[[Tensor], Tensor] = "gelu",
        residual: bool = True,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for name, value in (("filters", filters), ("kernel_size", kernel_size), ("dilation", dilation)):
            if int(value) < 1:
                raise ValueError(f"`{name}` must be at least 1. Received: {shown(value)}.")
        self.filters = int(filters)
        self.kernel_size = int(kernel_size)
        self.dilation = int(dilation)
        self.causal = bool(causal)
        self.activation = get_activation(activation)
        self.residual = bool(residual)
        self.dropout = float(dropout)
        self.supports_masking = True

    def build(self, vectors_shape: Shape) -> None:
        dim = vectors_shape[-1]
        # one product of the joined neighbours: a dilated convolution with a dynamic length does not convert everywhere
        self.kernel = self.add_weight(
            name="kernel", shape=(self.kernel_size, dim, self.filters), initializer="glorot_uniform"
        )
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")
        self.normalization = keras.layers.LayerNormalization(epsilon=1e-5, name="norm", dtype=self.dtype_policy)
        self.normalization.build((None, None, self.filters))
        self._drop = keras.layers.Dropout(self.dropout, dtype=self.dtype_policy)
        self.built = True

    def call(self, vectors: Tensor, mask: Tensor | None = None, training: bool | None = None) -> Tensor:
        mask = None if mask is None else ops.expand_dims(mask, -1)

        def without_padding(x):
            return x if mask is None else ops.where(mask, x, ops.zeros_like(x))

        reach = self.dilation * (self.kernel_size - 1)
        before = reach if self.causal else reach // 2
        tokens = ops.shape(vectors)[1]
        padded = ops.pad(without_padding(vectors), ((0, 0), (before, reach - before), (0, 0)))
        neighbours = [
            padded[:, place * self.dilation : place * self.dilation + tokens] for place in range(self.kernel_size)
        ]
        kernel = ops.reshape(self.kernel, (-1, self.filters))
        x = ops.matmul(ops.concatenate(neighbours, axis=-1), kernel) + self.bias
        x = self._drop(self.activation(self.normalization(x)), training=training)
        if self.residual and vectors.shape[-1] == self.filters:
            x = x + vectors
        return without_padding(x)

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return (*vectors_shape[:-1], self.filters)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "dilation": self.dilation,
            "causal": self.causal,
            "activation": keras.activations.serialize(self.activation),
            "residual": self.residual,
            "dropout": self.dropout,
        }
