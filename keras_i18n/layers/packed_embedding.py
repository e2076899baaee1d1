from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_i18n.protocols import Config, Shape, Tensor

# the scale of a row is 2^(exponent / 16 - 8): steps of 4.4 %, from 1.5e-5 to 0.96
_STEPS, _OFFSET = 16, 8


def pack_rows(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A float table in bytes: each row in steps of its own size.

    Args:
        table: float `(rows, dim)`.

    Returns:
        int8 `(rows, dim)` and int8 `(rows,)`, the exponents of the scales. A value comes back within half a step, which
        is at most 1/243 of the largest value of its row, or 7.6e-6 where that is less.
    """
    largest = np.abs(table).max(axis=1, initial=0.0)
    exponents = np.ceil(_STEPS * (np.log2(np.maximum(largest / 127, 2.0**-40)) + _OFFSET))
    if exponents.max(initial=0) > 127:
        raise ValueError(f"A table must not hold values beyond 120 to be packed. Received: {float(largest.max())}.")
    exponents = np.maximum(exponents, -128).astype("int8")
    scales = 2.0 ** (exponents.astype("float64") / _STEPS - _OFFSET)
    return np.round(table / scales[:, None]).astype("int8"), exponents


@keras.saving.register_keras_serializable(package="keras_i18n")
class PackedEmbedding(keras.layers.Layer):
    """A table of token vectors in a quarter of the bytes, in every file format; it is used, not trained.

    Converters give a whole table one step: a few large rows then blur all others, and recurrent layers pass the blur
    on. Here each row has its own. Padding gives zeros.

    Args:
        vocabulary_size: number of rows.
        dim: size of a vector.
        padding_id: the id that stands for padding.

    Input shape: `(batch, tokens)`, int32.
    Output shape: `(batch, tokens, dim)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> embedding = layers.MultilingualEmbedding(100, 4)
    >>> token_ids = np.array([[7, -1]], "int32")
    >>> exact = np.array(embedding(token_ids))
    >>> packed = layers.PackedEmbedding.of(embedding)
    >>> bool(np.abs(np.array(packed(token_ids)) - exact).max() < 0.0003)
    True
    """

    def __init__(self, vocabulary_size: int, dim: int, *, padding_id: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = int(vocabulary_size)
        self.dim = int(dim)
        self.padding_id = int(padding_id)

    @classmethod
    def of(cls, embedding: keras.layers.Layer) -> Self:
        """Packs the rows of a `MultilingualEmbedding` without language vectors."""
        if embedding.language_vectors:
            raise ValueError(f"Language vectors cannot be packed. Received: {list(embedding.language_vectors)}.")
        tables = [embedding.embeddings.numpy()]
        tables += [embedding.language_resources(language)["rows"] for language in embedding.language_rows]
        layer = cls(embedding.num_rows, embedding.dim, padding_id=embedding.padding_id, name=embedding.name)
        layer.build()
        layer.set_weights(pack_rows(np.concatenate(tables)))
        return layer

    def build(self, token_ids_shape: Shape | None = None) -> None:
        def add(name, shape):
            return self.add_weight(name=name, shape=shape, dtype="int8", initializer="zeros", trainable=False)

        self.values = add("values", (self.vocabulary_size, self.dim))
        # bytes too: a converter would give a table of float scales one coarse step
        self.exponents = add("exponents", (self.vocabulary_size,))
        self.built = True

    def call(self, token_ids: Tensor) -> Tensor:
        token_ids = ops.cast(token_ids, "int32")
        row = ops.maximum(token_ids, 0)
        exponents = ops.cast(tf.gather(self.exponents.value, row), "float32")
        scales = ops.power(2.0, exponents / _STEPS - _OFFSET)  # constants that half precision holds exactly
        vectors = ops.cast(tf.gather(self.values.value, row), "float32") * ops.expand_dims(scales, -1)
        mask = ops.expand_dims(ops.not_equal(token_ids, self.padding_id), -1)
        return ops.cast(ops.where(mask, vectors, ops.zeros_like(vectors)), self.compute_dtype)

    def compute_output_spec(self, token_ids: Tensor) -> Tensor:
        return keras.KerasTensor((*token_ids.shape, self.dim), dtype=self.compute_dtype)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "dim": self.dim,
            "padding_id": self.padding_id,
        }
