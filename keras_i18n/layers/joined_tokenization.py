from collections.abc import Sequence
from typing import Any, Self

import keras
import tensorflow as tf

from keras_i18n.layers import ragged_rows
from keras_i18n.protocols import Config, Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class JoinedTokenization(keras.layers.Layer):
    """A `JoinedTokenizer` made of the layers of its tokenizers: the very ids of its `tokenize`.

    Args:
        parts: the layers, or their serialised configs.
        starts: the first id of each.

    Input shape: `(batch, length)`, int32 code points, padded with 0.
    Output shape: `(batch, tokens)`, int32; padding is -1.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers, tokenizers
    >>> words, pairs = (tokenizers.NgramTokenizer(num_buckets=50, ngram_lengths=(length,)) for length in (3, 2))
    >>> layer = layers.tokenization_layer(tokenizers.JoinedTokenizer([words, pairs]))
    >>> bool((np.array(layer(np.array([[104, 105]], "int32"))) >= 50).any())
    True
    """

    def __init__(self, parts: Sequence[Any], starts: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "trainable": False})
        self.parts = [
            part if isinstance(part, keras.layers.Layer) else keras.saving.deserialize_keras_object(part)
            for part in parts
        ]
        self.starts = [int(start) for start in starts]

    @classmethod
    def from_tokenizer(cls, tokenizer: Any, *, make: Any, **options: Any) -> Self:
        """The layer of a `JoinedTokenizer`; `make` gives the layer of each of its tokenizers by name."""
        parts = [make(one, name=f"tokenization_{number}") for number, one in enumerate(tokenizer.tokenizers)]
        return cls(parts, tokenizer.starts, **options)

    def build(self, code_points_shape: Shape | None = None) -> None:
        for part in self.parts:
            if not part.built:
                part.build(code_points_shape)
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        found = []
        for part, start in zip(self.parts, self.starts, strict=True):
            ids = tf.cast(part(code_points), tf.int32)
            found.append(tf.where(ids >= 0, ids + start, -1))
        line = tf.concat(found, axis=1)
        return ragged_rows.kept_left(line, line >= 0, -1)

    def compute_output_spec(self, code_points: Tensor) -> Tensor:
        return keras.KerasTensor((code_points.shape[0], None), dtype="int32")

    def get_config(self) -> Config:
        parts = [keras.saving.serialize_keras_object(part) for part in self.parts]
        return {**super().get_config(), "parts": parts, "starts": self.starts}
