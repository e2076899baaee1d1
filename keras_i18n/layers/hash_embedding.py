from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_i18n.layers.stored_rows import MakeRows, checked_rows, serialized, twin_of
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown

# odd constants, a pair for each hash: Marsaglia's and Knuth's, then the primes of xxHash and MurmurHash
_MULTIPLIERS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1, 0xCC9E2D51, 0x1B873593, 0x2545F491)


def _int32(value):
    return int(np.uint32(value % 2**32).astype("int32"))


def _not_negative(x):
    return tf.where(x < 0, -(x + 1), x)


def hashed_rows(ids: Tensor, number: int, num_rows: int) -> Tensor:
    """Row of each id by hash function `number`: int32 that wraps, the same integers in every runtime.

    Args:
        ids: int32, any values.
        number: which of the hash functions, 0 to 6.
        num_rows: number of rows.

    Returns:
        int32 of the shape of `ids`, in `[0, num_rows)`.
    """
    mixed = _not_negative(ids * _int32(_MULTIPLIERS[number]) + _int32(_MULTIPLIERS[number + 1]))
    mixed = tf.bitwise.bitwise_xor(mixed, tf.bitwise.right_shift(mixed, tf.constant(15, "int32")))
    mixed = _not_negative(mixed * _int32(_MULTIPLIERS[-1 - number]))
    mixed = tf.bitwise.bitwise_xor(mixed, tf.bitwise.right_shift(mixed, tf.constant(13, "int32")))
    return tf.math.floormod(mixed, num_rows)


@keras.saving.register_keras_serializable(package="keras_i18n")
class HashEmbedding(keras.layers.Layer):
    """Gives any number of token ids a vector out of a small table: each id adds up several rows, with weights it learns.

    Ids that share one row seldom share all of them, and the weights tell them apart (Svenstrup et al. 2017, "Hash
    Embeddings for Efficient Word Representations"). Padding gives zeros.

    Args:
        num_rows: rows of the table; far fewer than there are ids.
        dim: size of a vector.
        num_hashes: rows added up for an id, 1 to 6.
        num_weights: how many sets of learned weights the ids share; None for `num_rows`, 0 for no weights.
        padding_id: the id that stands for padding; all other int32 are ids.
        embeddings_initializer: how the table is filled.
        stored_rows: a layer that keeps the rows in few bits, such as `FewBitRows`, in place of a weight of this layer.

    Input shape: `(batch, tokens)`, int32.
    Output shape: `(batch, tokens, dim)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> embedding = layers.HashEmbedding(1000, 8, num_hashes=3)
    >>> embedding(np.array([[2_000_000_000, 7, -1]], "int32")).shape
    TensorShape([1, 3, 8])
    """

    def __init__(
        self,
        num_rows: int,
        dim: int,
        *,
        num_hashes: int = 2,
        num_weights: int | None = None,
        padding_id: int = -1,
        embeddings_initializer: str | keras.initializers.Initializer = "uniform",
        stored_rows: keras.layers.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for name, value in (("num_rows", num_rows), ("dim", dim)):
            if int(value) < 1:
                raise ValueError(f"`{name}` must be at least 1. Received: {shown(value)}.")
        if not 1 <= int(num_hashes) <= 6:
            raise ValueError(f"`num_hashes` must be from 1 to 6. Received: {shown(num_hashes)}.")
        self.num_rows = int(num_rows)
        self.dim = int(dim)
        self.num_hashes = int(num_hashes)
        self.num_weights = self.num_rows if num_weights is None else int(num_weights)
        self.padding_id = int(padding_id)
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer)
        self.stored_rows = checked_rows(stored_rows, self.num_rows, self.dim)

    def build(self, token_ids_shape: Shape | None = None) -> None:
        if self.stored_rows is None:
            shape = (self.num_rows, self.dim)
            self.embeddings = self.add_weight(
                name="embeddings", shape=shape, initializer=self.embeddings_initializer, autocast=False
            )
        elif not self.stored_rows.built:
            self.stored_rows.build()
        if self.num_weights:
            self.hash_weights = self.add_weight(
                name="hash_weights", shape=(self.num_weights, self.num_hashes), initializer="ones", autocast=False
            )
        self.built = True

    def stored_by(self, make_rows: MakeRows) -> "HashEmbedding":
        """Its twin whose rows lie in the layer that `make_rows` makes of the table; the ids' weights stay as they are."""
        twin = twin_of(self, make_rows(self.embeddings.numpy()))
        if self.num_weights:
            twin.hash_weights.assign(self.hash_weights)
        return twin

    def call(self, token_ids: Tensor) -> Tensor:
        token_ids = ops.cast(token_ids, "int32")
        rows = tf.stack([hashed_rows(token_ids, number, self.num_rows) for number in range(self.num_hashes)], axis=-1)
        vectors = tf.gather(self.embeddings.value, rows) if self.stored_rows is None else self.stored_rows(rows)
        vectors = ops.cast(vectors, self.compute_dtype)  # (batch, tokens, hashes, dim)
        if self.num_weights:
            weights = tf.gather(self.hash_weights.value, hashed_rows(token_ids, self.num_hashes, self.num_weights))
            vectors = vectors * ops.expand_dims(ops.cast(weights, self.compute_dtype), -1)
        vectors = ops.sum(vectors, axis=-2)
        mask = ops.expand_dims(ops.not_equal(token_ids, self.padding_id), -1)
        return ops.where(mask, vectors, ops.zeros_like(vectors))

    def compute_output_shape(self, token_ids_shape: Shape) -> Shape:
        return (*token_ids_shape, self.dim)

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "num_rows": self.num_rows,
            "dim": self.dim,
            "num_hashes": self.num_hashes,
            "num_weights": self.num_weights,
            "padding_id": self.padding_id,
            "embeddings_initializer": keras.initializers.serialize(self.embeddings_initializer),
            "stored_rows": serialized(self.stored_rows),
        }
