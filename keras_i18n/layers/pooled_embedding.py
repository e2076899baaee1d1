from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_i18n.layers.stored_rows import MakeRows, checked_rows, selected_twin, serialized, twin_of
from keras_i18n.protocols import Array, Config, Shape, Tensor
from keras_i18n.shown import shown

_FACTORS = {"count": lambda count: ops.rsqrt(ops.square(count)), "sqrt_count": ops.rsqrt, "one": ops.ones_like}


@keras.saving.register_keras_serializable(package="keras_i18n")
class PooledEmbedding(keras.layers.Layer):
    """Looks up the vector of each token and pools them at once: an embedding bag.

    The numbers are those of `MultilingualEmbedding` followed by `MaskedMean`; one matrix product does the masking and
    the sum, which takes half the time where texts have hundreds of hashed n-grams. Padding counts for nothing wherever
    it stands; a text of padding only gives zeros.

    Args:
        vocabulary_size: rows of the table.
        dim: size of a vector.
        divide_by: "count", "sqrt_count" or "one", as in `MaskedMean`.
        embeddings_initializer: how the table is filled.
        stored_rows: a layer that keeps the rows in few bits, such as `FewBitRows`, in place of a weight of this layer.

    Input shape: `(batch, tokens)`, int32; negative ids are padding.
    Output shape: `(batch, dim)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> pooled = layers.PooledEmbedding(100, 4, divide_by="one", embeddings_initializer="ones")
    >>> np.array(pooled(np.array([[7, 9, -1]], "int32")))
    array([[2., 2., 2., 2.]], dtype=float32)
    """

    def __init__(
        self,
        vocabulary_size: int,
        dim: int,
        *,
        divide_by: str = "sqrt_count",
        embeddings_initializer: str | keras.initializers.Initializer = "uniform",
        stored_rows: keras.layers.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for name, value in (("vocabulary_size", vocabulary_size), ("dim", dim)):
            if int(value) < 1:
                raise ValueError(f"`{name}` must be at least 1. Received: {shown(value)}.")
        if divide_by not in _FACTORS:
            raise ValueError(
                f"`divide_by` must be one of {', '.join(map(repr, _FACTORS))}. Received: {shown(divide_by)}."
            )
        self.vocabulary_size = int(vocabulary_size)
        self.dim = int(dim)
        self.divide_by = divide_by
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer)
        self.stored_rows = checked_rows(stored_rows, self.vocabulary_size, self.dim)

    def build(self, token_ids_shape: Shape | None = None) -> None:
        if self.stored_rows is None:
            self.embeddings = self.add_weight(
                name="embeddings", shape=(self.vocabulary_size, self.dim), initializer=self.embeddings_initializer
            )
        elif not self.stored_rows.built:
            self.stored_rows.build()
        self.built = True

    def stored_by(self, make_rows: MakeRows) -> "PooledEmbedding":
        """Its twin whose rows lie in the layer that `make_rows` makes of the table."""
        return twin_of(self, make_rows(self.embeddings.numpy()))

    def selected(self, ids: Array) -> "PooledEmbedding":
        """Its twin with some of the rows: row `ids[i]` becomes row `i`."""
        twin = selected_twin(self, ids)
        if self.stored_rows is None:
            twin.embeddings.assign(self.embeddings.numpy()[ids])
        return twin

    def call(self, token_ids: Tensor) -> Tensor:
        token_ids = tf.cast(token_ids, tf.int32)
        vectors = tf.cast(self._rows(tf.maximum(token_ids, 0)), self.compute_dtype)
        is_token = tf.cast(token_ids >= 0, self.compute_dtype)
        total = tf.squeeze(tf.matmul(tf.expand_dims(is_token, 1), vectors), axis=1)
        count = tf.reduce_sum(tf.cast(token_ids >= 0, tf.float32), axis=1, keepdims=True)
        return total * ops.cast(_FACTORS[self.divide_by](tf.maximum(count, 1.0)), total.dtype)

    def _rows(self, token_ids):
        if self.stored_rows is not None:
            return self.stored_rows(token_ids)
        return tf.gather(self.embeddings.value, token_ids)  # `ops.take` reads the whole table first

    def compute_output_shape(self, token_ids_shape: Shape) -> Shape:
        return (token_ids_shape[0], self.dim)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "dim": self.dim,
            "divide_by": self.divide_by,
            "embeddings_initializer": keras.initializers.serialize(self.embeddings_initializer),
            "stored_rows": serialized(self.stored_rows),
        }
