from typing import Any

import keras
import numpy as np
from keras import ops

from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import cut, shown

KINDS = ("learned", "sinusoidal")


@keras.saving.register_keras_serializable(package="keras_i18n")
class PositionEmbedding(keras.layers.Layer):
    """Adds to each token vector a vector of its position.

    Args:
        max_tokens: number of learned positions; later tokens share the last one. Not used by "sinusoidal".
        kind: "learned", or "sinusoidal" for the sines and cosines of Vaswani et al. 2017 ("Attention Is All You
            Need"), which need no weights and know no last position.
        added: whether the vectors of positions are added to those of tokens; else they come alone.

    Input shape: `(batch, tokens, dim)`; the dim even for "sinusoidal". `first` is the position of the first token: 0, or
    more for tokens that go on with a text.
    Output shape: that of the input.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.PositionEmbedding(kind="sinusoidal")(np.zeros((1, 2, 2), "float32"))).round(2)
    array([[[0.  , 1.  ],
            [0.84, 0.54]]], dtype=float32)
    """

    def __init__(self, max_tokens: int = 512, *, kind: str = "learned", added: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if kind not in KINDS:
            raise ValueError(f"`kind` must be one of {', '.join(map(repr, KINDS))}. Received: {shown(kind)}.")
        if int(max_tokens) < 1:
            raise ValueError(f"`max_tokens` must be at least 1. Received: {shown(max_tokens)}.")
        self.max_tokens = int(max_tokens)
        self.kind = kind
        self.added = bool(added)
        self.supports_masking = True

    def build(self, vectors_shape: Shape) -> None:
        dim = vectors_shape[-1]
        if self.kind == "learned":
            initializer = keras.initializers.RandomNormal(stddev=0.02)
            self.positions = self.add_weight(name="positions", shape=(self.max_tokens, dim), initializer=initializer)
        elif dim % 2:
            raise ValueError(f"Sinusoidal positions need vectors of an even size. Received: {cut(dim)}.")
        self.built = True

    def call(self, vectors: Tensor, mask: Tensor | None = None, first: Tensor | int = 0) -> Tensor:
        positions = ops.arange(ops.shape(vectors)[1], dtype="int32") + first
        if self.kind == "learned":
            found = ops.take(self.positions, ops.minimum(positions, self.max_tokens - 1), axis=0)
        else:
            dim = vectors.shape[-1]
            rates = np.float32(10000.0) ** -(np.arange(0, dim, 2, dtype="float32") / dim)
            angles = ops.expand_dims(ops.cast(positions, "float32"), -1) * rates  # (tokens, dim / 2)
            found = ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)
        found = ops.cast(found, vectors.dtype)
        return vectors + found if self.added else ops.zeros_like(vectors) + found

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return vectors_shape

    def get_config(self) -> Config:
        # only where it says something: files of networks without it stay what they were
        alone = {} if self.added else {"added": False}
        return {**super().get_config(), "max_tokens": self.max_tokens, "kind": self.kind, **alone}
