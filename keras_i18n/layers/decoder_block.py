from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers.cached_self_attention import CachedSelfAttention
from keras_i18n.layers.cross_attention import CrossAttention
from keras_i18n.layers.lstm import LSTM
from keras_i18n.layers.ssru import SSRU
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown

# how a token knows of those before it
MEMORIES = ("ssru", "attention", "lstm")


@keras.saving.register_keras_serializable(package="keras_i18n")
class DecoderBlock(keras.layers.Layer):
    """What was written so far, what the source says, and a feed-forward net: each normalised first, each with a residual.

    Args:
        num_heads: of the attention to the source; divides the dim.
        hidden_dim: size of the feed-forward net.
        memory: "ssru" or "lstm", whose state has one size however long the translation, or "attention", which keeps keys
            and values of every token.
        dropout: share of outputs and attention weights that training drops.
        epsilon: of the normalisation.

    Input: a list of vectors `(batch, tokens, dim)` and the source's vectors `(batch, source_tokens, dim)`; `mask` bool
    `(batch, source_tokens)`.
    Output shape: `(batch, tokens, dim)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layer, mask = layers.DecoderBlock(2, 16), np.ones((1, 5), bool)
    >>> layer([np.ones((1, 3, 8), "float32"), np.ones((1, 5, 8), "float32")], mask=mask).shape
    TensorShape([1, 3, 8])
    """

    def __init__(
        self,
        num_heads: int,
        hidden_dim: int,
        *,
        memory: str = "ssru",
        dropout: float = 0.0,
        epsilon: float = 1e-5,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if memory not in MEMORIES:
            raise ValueError(f"`memory` must be one of {', '.join(map(repr, MEMORIES))}. Received: {shown(memory)}.")
        self.num_heads = int(num_heads)
        self.hidden_dim = int(hidden_dim)
        self.memory = memory
        self.dropout = float(dropout)
        self.epsilon = float(epsilon)
        self.supports_masking = True

    def build(self, shapes: Shape) -> None:
        vectors_shape, source_shape = shapes
        dim, policy = vectors_shape[-1], self.dtype_policy
        own = {
            "ssru": lambda: SSRU(name="ssru", dtype=policy),
            "attention": self._self_attention,
            "lstm": lambda: LSTM(dim, return_sequences=True, name="lstm", dtype=policy),
        }
        self.written = own[self.memory]()
        self.written.build(vectors_shape)
        self.source = CrossAttention(self.num_heads, dropout=self.dropout, name="source", dtype=policy)
        self.source.build([vectors_shape, source_shape])
        self.hidden = keras.layers.Dense(self.hidden_dim, activation="relu", name="hidden", dtype=policy)
        self.output_projection = keras.layers.Dense(dim, name="output", dtype=policy)
        self.hidden.build(vectors_shape)
        self.output_projection.build((*vectors_shape[:-1], self.hidden_dim))
        self._norms = []
        for name in ("written_norm", "source_norm", "output_norm"):
            norm = keras.layers.LayerNormalization(epsilon=self.epsilon, name=name, dtype=policy)
            norm.build(vectors_shape)
            self._norms.append(norm)
        self._drop = keras.layers.Dropout(self.dropout, dtype=policy)
        self.built = True

    def _self_attention(self):
        return CachedSelfAttention(self.num_heads, dropout=self.dropout, name="attention", dtype=self.dtype_policy)

    def call(self, inputs: Tensor, mask: Tensor | None = None, training: bool | None = None) -> Tensor:
        vectors, source = inputs
        mask = mask[1] if isinstance(mask, (list, tuple)) else mask
        norms, options = self._norms, {} if self.memory == "ssru" else {"training": training}
        vectors = vectors + self._drop(self.written(norms[0](vectors), **options), training=training)
        looked = self.source([norms[1](vectors), source], mask=mask, training=training)
        vectors = vectors + self._drop(looked, training=training)
        return vectors + self._drop(self._feed_forward(norms[2](vectors)), training=training)

    def _feed_forward(self, vectors):
        return self.output_projection(self.hidden(vectors))

    def first_states(self, batch: Tensor, most_tokens: Tensor) -> list[Tensor]:
        """States before the first token: `(batch, dim)` each, or a cache with room for `most_tokens`."""
        if isinstance(self.written, CachedSelfAttention):
            return self.written.empty_cache(batch, most_tokens)
        shape = tf.stack([batch, self.output_projection.units])
        return [tf.zeros(shape) for _ in range(2 if isinstance(self.written, LSTM) else 1)]

    def step(
        self, vector: Tensor, states: list[Tensor], place: Tensor, source: list[Tensor], mask: Tensor
    ) -> tuple[Tensor, list[Tensor]]:
        """One token of a translation.

        Args:
            vector: `(batch, dim)`. states: those after the token before. place: int32, how many tokens came before.
            source: what `self.source.project` gives of the source. mask: bool `(batch, source_tokens)`.

        Returns:
            The vector `(batch, dim)` and the new states.
        """
        norms, normalized = self._norms, self._norms[0](vector)
        if isinstance(self.written, CachedSelfAttention):
            output, states = self.written.step(normalized, states, place)
        elif isinstance(self.written, LSTM):
            output, carry = self.written.step(self.written.project(normalized), states)
            states = [output, carry]
        else:
            output, state = self.written.step(normalized, states[0])
            states = [state]
        vector = vector + output
        visible = tf.expand_dims(tf.expand_dims(mask, 1), 1)
        vector = vector + self.source.attend_one(norms[1](vector), source[0], source[1], visible)
        return vector + self._feed_forward(norms[2](vector)), states

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> None:
        """None: padding of a translation is on the right, where nothing looks back at it."""

    def compute_output_shape(self, shapes: Shape) -> Shape:
        return shapes[0]

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "hidden_dim": self.hidden_dim,
            "memory": self.memory,
            "dropout": self.dropout,
            "epsilon": self.epsilon,
        }
