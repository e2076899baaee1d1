from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_i18n.layers.activations import get_activation
from keras_i18n.layers.masked_softmax import masked_softmax
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import cut


@keras.saving.register_keras_serializable(package="keras_i18n")
class DisentangledBlock(keras.layers.Layer):
    """A Transformer block whose attention weighs contents and distances apart, as DeBERTa has it.

    The score of two tokens is content to content, content to distance and distance to content. Distances beyond half of
    the buckets share them by their logarithm. The normalisation comes last. Source: He et al. 2021, "DeBERTa" (arXiv
    2006.03654).

    Args:
        num_heads: number of attention heads; divides the dim.
        hidden_dim: size of the feed-forward net.
        num_buckets: of distances, to each side.
        max_tokens: the distance that the last bucket stands for, and 1.
        activation: of the feed-forward net, by name or a function.
        dropout: share of the attention weights and outputs that training drops.
        epsilon: of the normalisation.

    Input shape: vectors `(batch, tokens, dim)`, positions `(1, 2 * num_buckets, dim)` of a `RelativePositions`; `mask`
    bool `(batch, tokens)`, or None where every token counts.
    Output shape: that of the vectors.

    Raises:
        ValueError: `num_heads` does not divide the dim.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> vectors = np.ones((1, 3, 8), "float32")
    >>> positions = layers.RelativePositions(4)(vectors)
    >>> layers.DisentangledBlock(2, 16, num_buckets=4)(vectors, positions).shape
    TensorShape([1, 3, 8])
    """

    def __init__(
        self,
        num_heads: int,
        hidden_dim: int,
        *,
        num_buckets: int = 256,
        max_tokens: int = 512,
        activation: str | Callable[[Tensor], Tensor] = "gelu",
        dropout: float = 0.0,
        epsilon: float = 1e-7,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_heads, self.hidden_dim = int(num_heads), int(hidden_dim)
        self.num_buckets, self.max_tokens = int(num_buckets), int(max_tokens)
        self.activation = get_activation(activation)
        self.dropout, self.epsilon = float(dropout), float(epsilon)
        self.supports_masking = True

    def build(self, vectors_shape: Shape, positions_shape: Shape | None = None) -> None:
        dim = vectors_shape[-1]
        if dim % self.num_heads:
            raise ValueError(f"`num_heads` must divide the dim {dim}. Received: num_heads={cut(self.num_heads)}.")
        sizes = dict.fromkeys(("queries", "keys", "values", "attended"), (dim, dim))
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

    def call(
        self, vectors: Tensor, positions: Tensor, mask: Tensor | None = None, training: bool | None = None
    ) -> Tensor:
        attended = self._attend(vectors, positions, mask, training)
        vectors = self.attention_normalization(vectors + self._drop(attended, training=training))
        hidden = self._projections["output"](self.activation(self._projections["hidden"](vectors)))
        return self.output_normalization(vectors + self._drop(hidden, training=training))

    def _attend(self, vectors, positions, mask, training):
        batch, tokens, dim = ops.shape(vectors)[0], ops.shape(vectors)[1], vectors.shape[-1]
        positions = self._drop(positions, training=training)
        queries, keys, values = (self._heads(name, vectors) for name in ("queries", "keys", "values"))
        of_queries, of_keys = (self._heads(name, positions) for name in ("queries", "keys"))
        bucket = self._buckets(tokens)
        last = 2 * self.num_buckets - 1
        by_query = ops.matmul(queries, _turned(of_keys))  # (batch, heads, tokens, buckets)
        by_key = ops.matmul(keys, _turned(of_queries))
        scores = ops.matmul(queries, _turned(keys))
        scores = scores + self._of_pairs(by_query, ops.clip(bucket + self.num_buckets, 0, last))
        scores = scores + _turned(self._of_pairs(by_key, ops.clip(self.num_buckets - bucket, 0, last)))
        scores = scores * (3.0 * (dim // self.num_heads)) ** -0.5
        visible = None if mask is None else ops.expand_dims(ops.expand_dims(ops.cast(mask, "bool"), 1), 1)
        weights = self._drop(masked_softmax(scores, visible), training=training)
        attended = ops.reshape(ops.transpose(ops.matmul(weights, values), (0, 2, 1, 3)), (batch, tokens, dim))
        return self._projections["attended"](attended)

    def _heads(self, name, vectors):
        batch, tokens, dim = ops.shape(vectors)[0], ops.shape(vectors)[1], vectors.shape[-1]
        parts = ops.reshape(self._projections[name](vectors), (batch, tokens, self.num_heads, dim // self.num_heads))
        return ops.transpose(parts, (0, 2, 1, 3))  # (batch, heads, tokens, head_dim)

    def _buckets(self, tokens):
        """int32 `(tokens, tokens)`: the bucket of the distance between two places, below 0 to the left."""
        # a table: logarithms at the edge of a bucket are not the same in every runtime
        table = tf.constant(distance_buckets(self.num_buckets, self.max_tokens))
        places = tf.range(tokens)
        distances = tf.expand_dims(places, 1) - tf.expand_dims(places, 0)
        return tf.gather(table, tf.clip_by_value(distances + self.max_tokens, 0, 2 * self.max_tokens))

    def _of_pairs(self, scores, buckets):
        """What of the scores for all buckets belongs to each pair: `(batch, heads, tokens, tokens)`."""
        shape = tf.shape(scores)
        places = tf.zeros(tf.stack([shape[0], shape[1], 1, 1]), tf.int32) + tf.expand_dims(
            tf.expand_dims(buckets, 0), 0
        )
        return tf.gather(scores, places, batch_dims=3)

    def compute_output_shape(self, vectors_shape: Shape, positions_shape: Shape | None = None) -> Shape:
        return vectors_shape

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "hidden_dim": self.hidden_dim,
            "num_buckets": self.num_buckets,
            "max_tokens": self.max_tokens,
            "activation": keras.activations.serialize(self.activation),
            "dropout": self.dropout,
            "epsilon": self.epsilon,
        }


def _turned(scores):
    return ops.transpose(scores, (0, 1, 3, 2))


def distance_buckets(num_buckets: int, max_tokens: int) -> np.ndarray:
    """The bucket of each distance from `-max_tokens` to `max_tokens`, int32; near ones have one of their own.

    >>> distance_buckets(4, 16)[16:].tolist()
    [0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4]
    """
    distances = np.arange(-max_tokens, max_tokens + 1)
    middle = np.float32(num_buckets // 2)
    far = np.maximum(np.abs(distances), num_buckets // 2).astype("float32")
    share = np.log(far / middle) * (middle - 1) / np.log(np.float32(max_tokens - 1) / middle)
    by_logarithm = (np.ceil(share) + middle) * np.sign(distances)
    return np.where(np.abs(distances) <= num_buckets // 2, distances, by_logarithm).astype("int32")
