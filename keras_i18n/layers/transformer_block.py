from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_i18n.layers.activations import get_activation
from keras_i18n.layers.masked_softmax import masked_softmax
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import cut


@keras.saving.register_keras_serializable(package="keras_i18n")
class TransformerBlock(keras.layers.Layer):
    """Self-attention and a feed-forward net, each with a residual connection and a layer normalisation.

    A token attends to the tokens of its text, with `causal=True` to itself and those before it; nothing attends to padding.
    See Vaswani et al. 2017, "Attention Is All You Need"; the normalisation comes first, as in Xiong et al. 2020.

    Args:
        num_heads: number of attention heads; divides the dim.
        hidden_dim: size of the feed-forward net.
        causal: whether later tokens are hidden, as a language model needs.
        activation: name of the activation of the feed-forward net.
        normalize_first: normalise before each part (True) or after it.
        dropout: share of the attention weights and outputs that training drops.
        epsilon: of the normalisation.

    Input shape: `(batch, tokens, dim)`; `mask` bool `(batch, tokens)`, or None where every token counts.
    Output shape: that of the input.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layers.TransformerBlock(2, 16, causal=True)(np.ones((1, 3, 8), "float32")).shape
    TensorShape([1, 3, 8])
    """

    def __init__(
        self,
        num_heads: int,
        hidden_dim: int,
        *,
        causal: bool = False,
        activation: str | Callable[[Tensor], Tensor] = "gelu",
        normalize_first: bool = True,
        dropout: float = 0.0,
        epsilon: float = 1e-5,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_heads = int(num_heads)
        self.hidden_dim = int(hidden_dim)
        self.causal = bool(causal)
        self.activation = get_activation(activation)
        self.normalize_first = bool(normalize_first)
        self.dropout = float(dropout)
        self.epsilon = float(epsilon)
        self.supports_masking = True

    def build(self, vectors_shape: Shape) -> None:
        dim = vectors_shape[-1]
        if dim % self.num_heads:
            raise ValueError(f"`num_heads` must divide the dim {dim}. Received: num_heads={cut(self.num_heads)}.")
        sizes = {"queries_keys_values": (dim, 3 * dim), "attended": (dim, dim)}
        sizes |= {"hidden": (dim, self.hidden_dim), "output": (self.hidden_dim, dim)}
        self._projections = {}
        for name, (size, new_size) in sizes.items():
            projection = keras.layers.Dense(new_size, name=name, dtype=self.dtype_policy)
            projection.build((None, None, size))
            self._projections[name] = projection
        normalization = keras.layers.LayerNormalization
        self.attention_normalization = normalization(
            epsilon=self.epsilon, name="attention_norm", dtype=self.dtype_policy
        )
        self.output_normalization = normalization(epsilon=self.epsilon, name="output_norm", dtype=self.dtype_policy)
        self.attention_normalization.build(vectors_shape)
        self.output_normalization.build(vectors_shape)
        self._drop = keras.layers.Dropout(self.dropout, dtype=self.dtype_policy)
        self.built = True

    def call(self, vectors: Tensor, mask: Tensor | None = None, training: bool | None = None) -> Tensor:
        parts = (
            (self.attention_normalization, lambda x: self._attend(x, mask, training)),
            (self.output_normalization, self._feed_forward),
        )
        for normalize, part in parts:
            if self.normalize_first:
                vectors = vectors + self._drop(part(normalize(vectors)), training=training)
            else:
                vectors = normalize(vectors + self._drop(part(vectors), training=training))
        return vectors

    def _attend(self, vectors, mask, training):
        batch, tokens = ops.shape(vectors)[0], ops.shape(vectors)[1]
        dim = vectors.shape[-1]
        head_dim = dim // self.num_heads
        split = ops.split(self._projections["queries_keys_values"](vectors), 3, axis=-1)
        heads = [ops.reshape(part, (batch, tokens, self.num_heads, head_dim)) for part in split]
        queries, keys, values = (
            ops.transpose(part, (0, 2, 1, 3)) for part in heads
        )  # (batch, heads, tokens, head_dim)
        scores = ops.matmul(queries * head_dim**-0.5, ops.transpose(keys, (0, 1, 3, 2)))
        weights = masked_softmax(scores, self._visible(mask, tokens))
        attended = ops.matmul(self._drop(weights, training=training), values)
        attended = ops.reshape(ops.transpose(attended, (0, 2, 1, 3)), (batch, tokens, dim))
        return self._projections["attended"](attended)

    def _visible(self, mask, tokens):
        """Bool that broadcasts to `(batch, heads, tokens, tokens)`: which token (last axis) is seen by which."""
        visible = None if mask is None else ops.expand_dims(ops.expand_dims(ops.cast(mask, "bool"), 1), 1)
        if not self.causal:
            return visible
        places = ops.arange(tokens, dtype="int32")
        earlier = ops.greater_equal(ops.expand_dims(places, -1), ops.expand_dims(places, 0))
        earlier = ops.expand_dims(ops.expand_dims(earlier, 0), 0)
        return earlier if visible is None else ops.logical_and(visible, earlier)

    def _feed_forward(self, vectors):
        return self._projections["output"](self.activation(self._projections["hidden"](vectors)))

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return vectors_shape

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "hidden_dim": self.hidden_dim,
            "causal": self.causal,
            "activation": keras.activations.serialize(self.activation),
            "normalize_first": self.normalize_first,
            "dropout": self.dropout,
            "epsilon": self.epsilon,
        }
