from typing import Any

import keras
from keras import ops

from keras_i18n.layers.masked_softmax import masked_softmax
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import cut


@keras.saving.register_keras_serializable(package="keras_i18n")
class CrossAttention(keras.layers.Layer):
    """Tokens of a translation look at the tokens of the source.

    Nothing attends to padding of the source; with an empty source the answer is the output's bias. See Vaswani et al.
    2017, "Attention Is All You Need".

    Args:
        num_heads: number of attention heads; divides the dim.
        dropout: share of the attention weights that training drops.

    Input: a list of vectors `(batch, tokens, dim)` and the source's vectors `(batch, source_tokens, dim)`; `mask` bool
    `(batch, source_tokens)`.
    Output shape: `(batch, tokens, dim)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layer, mask = layers.CrossAttention(2), np.ones((1, 5), bool)
    >>> layer([np.ones((1, 3, 8), "float32"), np.ones((1, 5, 8), "float32")], mask=mask).shape
    TensorShape([1, 3, 8])
    """

    def __init__(self, num_heads: int, *, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_heads = int(num_heads)
        self.dropout = float(dropout)
        self.supports_masking = True

    def build(self, shapes: Shape) -> None:
        dim = shapes[0][-1]
        if dim % self.num_heads:
            raise ValueError(f"`num_heads` must divide the dim {dim}. Received: num_heads={cut(self.num_heads)}.")
        self._projections = {}
        for name, size in {"queries": dim, "keys_values": 2 * dim, "attended": dim}.items():
            projection = keras.layers.Dense(size, name=name, dtype=self.dtype_policy)
            projection.build((None, None, dim))
            self._projections[name] = projection
        self._drop = keras.layers.Dropout(self.dropout, dtype=self.dtype_policy)
        self.built = True

    def call(self, inputs: Tensor, mask: Tensor | None = None, training: bool | None = None) -> Tensor:
        vectors, source = inputs
        # Keras hands one mask an input where it keeps masks itself; ours is that of the source
        mask = mask[1] if isinstance(mask, (list, tuple)) else mask
        visible = None if mask is None else ops.expand_dims(ops.expand_dims(ops.cast(mask, "bool"), 1), 1)
        keys, values = self.project(source)
        return self.attend(vectors, keys, values, visible, training=training)

    def project(self, source: Tensor) -> list[Tensor]:
        """Keys and values of a source, each `(batch, heads, source_tokens, head_dim)`: once a text, not once a step."""
        return [self._heads(part) for part in ops.split(self._projections["keys_values"](source), 2, axis=-1)]

    def attend(
        self, vectors: Tensor, keys: Tensor, values: Tensor, visible: Tensor | None, *, training: bool | None = None
    ) -> Tensor:
        """`(batch, tokens, dim)` for vectors of that shape, and keys and values that `project` gave.

        `visible` is bool and broadcasts to `(batch, heads, tokens, source_tokens)`: what a token sees; None for all.
        """
        queries = self._heads(self._projections["queries"](vectors))
        scores = ops.matmul(queries * queries.shape[-1] ** -0.5, ops.transpose(keys, (0, 1, 3, 2)))
        weights = self._drop(masked_softmax(scores, visible), training=training)
        attended = ops.transpose(ops.matmul(weights, values), (0, 2, 1, 3))
        batch, tokens = ops.shape(vectors)[0], ops.shape(vectors)[1]
        return self._projections["attended"](ops.reshape(attended, (batch, tokens, vectors.shape[-1])))

    def attend_one(self, vector: Tensor, keys: Tensor, values: Tensor, visible: Tensor | None) -> Tensor:
        """As `attend` for one token a text, `(batch, dim)`, whose shapes need no computing: half of a step's operators.

        `visible` is bool and broadcasts to `(batch, heads, 1, source_tokens)`.
        """
        dim = vector.shape[-1]
        head_dim = dim // self.num_heads
        queries = ops.reshape(self._projections["queries"](vector), (-1, self.num_heads, 1, head_dim))
        scores = ops.matmul(queries * head_dim**-0.5, ops.transpose(keys, (0, 1, 3, 2)))
        attended = ops.matmul(masked_softmax(scores, visible), values)  # (batch, heads, 1, head_dim)
        return self._projections["attended"](ops.reshape(attended, (-1, dim)))

    def _heads(self, vectors):
        batch, tokens, dim = ops.shape(vectors)[0], ops.shape(vectors)[1], vectors.shape[-1]
        split = ops.reshape(vectors, (batch, tokens, self.num_heads, dim // self.num_heads))
        return ops.transpose(split, (0, 2, 1, 3))

    def compute_output_shape(self, shapes: Shape) -> Shape:
        return shapes[0]

    def get_config(self) -> Config:
        return {**super().get_config(), "num_heads": self.num_heads, "dropout": self.dropout}
