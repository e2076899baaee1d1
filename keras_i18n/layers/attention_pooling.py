from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_i18n.layers.masked_softmax import masked_softmax
from keras_i18n.protocols import Config, Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class AttentionPooling(keras.layers.Layer):
    """Averages token vectors with weights that it learns, leaving padding out.

    The weight of a token is the softmax, over the text, of `activation(vector W + b) . q` (the word attention of Yang
    et al. 2016, "Hierarchical Attention Networks for Document Classification"). A text of padding only gives zeros.

    Args:
        hidden_dim: size of the space in which tokens are weighed; that of the vectors unless given.
        activation: name of its activation.

    Input shape: `(batch, tokens, dim)`; `mask` bool `(batch, tokens)`, or None where every token counts.
    Output shape: `(batch, dim)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layers.AttentionPooling()(np.ones((2, 3, 4), "float32")).shape
    TensorShape([2, 4])
    """

    def __init__(
        self, *, hidden_dim: int | None = None, activation: str | Callable[[Tensor], Tensor] = "tanh", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.hidden_dim = hidden_dim
        self.activation = keras.activations.get(activation)
        self.supports_masking = True

    def build(self, vectors_shape: Shape) -> None:
        dim = vectors_shape[-1]
        hidden_dim = self.hidden_dim or dim
        self.kernel = self.add_weight(name="kernel", shape=(dim, hidden_dim), initializer="glorot_uniform")
        self.bias = self.add_weight(name="bias", shape=(hidden_dim,), initializer="zeros")
        self.query = self.add_weight(name="query", shape=(hidden_dim, 1), initializer="glorot_uniform")
        self.built = True

    def call(self, vectors: Tensor, mask: Tensor | None = None) -> Tensor:
        hidden = self.activation(ops.matmul(vectors, self.kernel) + self.bias)
        scores = ops.squeeze(ops.matmul(hidden, self.query), axis=-1)  # (batch, tokens)
        weights = masked_softmax(scores, mask)
        return ops.squeeze(ops.matmul(ops.expand_dims(weights, 1), vectors), axis=1)

    def compute_mask(self, vectors: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return (vectors_shape[0], vectors_shape[-1])

    def get_config(self) -> Config:
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "hidden_dim": self.hidden_dim, "activation": activation}
