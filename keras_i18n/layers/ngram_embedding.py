from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers.hash_embedding import hashed_rows
from keras_i18n.layers.stored_rows import MakeRows, checked_rows, serialized, twin_of
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown

# odd, so that they lose no bit; a pair for the n-gram so far and for the token that joins it
_MULTIPLIERS = (1_000_003, 7919)


@keras.saving.register_keras_serializable(package="keras_i18n")
class NgramEmbedding(keras.layers.Layer):
    """Gives each token a vector, and the sum of the vectors of the n-grams that end with it.

    The n-grams of all lengths share a table of hashed rows: what a text of little size says of frequent sequences is
    learned at once, and a recurrent layer above learns the rest. It looks back only, so a language model may use it,
    and it reads on: the state is the last tokens, as many as the longest n-gram has.

    Args:
        vocabulary_size: number of tokens.
        dim: size of a token's vector.
        num_rows: rows of the table of n-grams.
        ngram_dim: size of an n-gram's vector.
        ngrams: lengths of the n-grams, each from 2 to 8.
        dropout: share of the n-grams that training leaves out, each by itself: a rare n-gram has seen one continuation
            and would be believed.
        stored_rows: two layers that keep rows in few bits, such as `FewBitRows`, those of the tokens and those of the
            n-grams, in place of weights of this layer.

    Input shape: token ids, int32 `(batch, tokens)`, -1 is padding; `initial_state`, a list of one tensor `(batch,
        longest)`, float32: the tokens before, counted from 1, 0 where there is none; `mask` bool `(batch, tokens)`,
        without which the state after padding would be of no use.
    Output: `[vectors (batch, tokens, dim + ngram_dim), state]`.

    Source: hashed n-gram features beside a recurrent network: Mikolov et al. 2011, "Strategies for Training Large Scale
    Neural Network Language Models"; here they have vectors in place of a weight for each output.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> vectors, state = layers.NgramEmbedding(50, 8, num_rows=1000, ngram_dim=4, ngrams=(2, 3))(np.array([[5, 6, 7]]))
    >>> vectors.shape, np.array(state).tolist()
    (TensorShape([1, 3, 12]), [[6.0, 7.0, 8.0]])
    """

    def __init__(
        self,
        vocabulary_size: int,
        dim: int,
        *,
        num_rows: int = 131_072,
        ngram_dim: int = 96,
        ngrams: Sequence[int] = (2, 3, 4, 5),
        dropout: float = 0.0,
        stored_rows: Sequence[keras.layers.Layer] | None = None,
        **kwargs: Any,
    ) -> None:
        # a state in half precision would forget which tokens there were
        super().__init__(autocast=False, **kwargs)
        for name, value in (
            ("vocabulary_size", vocabulary_size),
            ("dim", dim),
            ("num_rows", num_rows),
            ("ngram_dim", ngram_dim),
        ):
            if int(value) < 1:
                raise ValueError(f"`{name}` must be at least 1. Received: {shown(value)}.")
        self.ngrams = tuple(sorted({int(length) for length in ngrams}))
        if not self.ngrams or self.ngrams[0] < 2 or self.ngrams[-1] > 8:
            raise ValueError(f"`ngrams` must be lengths from 2 to 8. Received: {shown(ngrams)}.")
        if not 0 <= dropout < 1:
            raise ValueError(f"`dropout` must be at least 0 and below 1. Received: {shown(dropout)}.")
        if int(vocabulary_size) >= 2**24:
            raise ValueError(
                f"`vocabulary_size` must be below 2 ** 24: states are float32. Received: {shown(vocabulary_size)}."
            )
        self.vocabulary_size, self.dim = int(vocabulary_size), int(dim)
        self.num_rows, self.ngram_dim = int(num_rows), int(ngram_dim)
        self.dropout = float(dropout)
        self.stored_rows: list[Any] | None = None
        if stored_rows is not None:
            pairs = zip(stored_rows, self._shapes.values(), strict=True)
            self.stored_rows = [checked_rows(rows, *shape) for rows, shape in pairs]
        self.supports_masking = True
        self.seed_generator = keras.random.SeedGenerator() if dropout else None

    @property
    def _shapes(self):
        return {"embeddings": (self.vocabulary_size, self.dim), "ngram_embeddings": (self.num_rows, self.ngram_dim)}

    @property
    def state_size(self) -> int:
        """Tokens that are remembered."""
        return self.ngrams[-1]

    def build(self, token_ids_shape: Shape | None = None) -> None:
        start = keras.initializers.RandomNormal(stddev=0.02)
        if self.stored_rows is None:
            self.embeddings, self.ngram_embeddings = (
                self.add_weight(
                    name=name, shape=shape, initializer="uniform" if name == "embeddings" else start, autocast=False
                )
                for name, shape in self._shapes.items()
            )
        else:
            for rows in self.stored_rows:
                if not rows.built:
                    rows.build()
        self.built = True

    def stored_by(self, make_rows: MakeRows) -> "NgramEmbedding":
        """Its twin whose rows, of tokens and of n-grams, lie in layers that `make_rows` makes of the tables."""
        return twin_of(self, [make_rows(table.numpy()) for table in (self.embeddings, self.ngram_embeddings)])

    def _look_up(self, table, rows):
        if self.stored_rows is not None:
            return self.stored_rows[list(self._shapes).index(table)](rows)
        return tf.gather(getattr(self, table).value, rows)

    def call(
        self,
        token_ids: Tensor,
        initial_state: Sequence[Tensor] | None = None,
        mask: Tensor | None = None,
        training: bool | None = False,
    ) -> list[Tensor]:
        token_ids = tf.cast(token_ids, "int32")
        if initial_state is None:
            before = tf.zeros((tf.shape(token_ids)[0], self.state_size), "int32")
        else:
            (before,) = initial_state if isinstance(initial_state, (list, tuple)) else [initial_state]
            before = tf.cast(before, "int32")
        line = tf.concat([before, tf.maximum(token_ids, -1) + 1], axis=1)  # counted from 1
        return [self._vectors(line, training), self._state_after(line, mask)]

    def vectors_of(self, state: Tensor) -> Tensor:
        """Vectors of the last token that a state tells of, `(batch, 1, dim + ngram_dim)`."""
        line = tf.pad(tf.cast(state, "int32"), [[0, 0], [1, 0]])
        return self._vectors(line, training=False)

    def _vectors(self, line, training):
        token_ids = line[:, self.state_size :] - 1
        tokens = self._look_up("embeddings", tf.clip_by_value(token_ids, 0, self.vocabulary_size - 1))
        vectors = tf.cast(tf.concat([tokens, self._ngrams(line, training)], axis=-1), self.compute_dtype)
        return tf.where(tf.expand_dims(token_ids >= 0, -1), vectors, tf.zeros_like(vectors))

    def _ngrams(self, line, training):
        """Sums of the vectors of the n-grams that end at each token, `(batch, tokens, ngram_dim)`."""
        num_tokens = tf.shape(line)[1] - self.state_size
        key = line[:, self.state_size :]
        rows = []
        for length in range(2, self.ngrams[-1] + 1):
            start = self.state_size - length + 1
            earlier = line[:, start : start + num_tokens]
            key = key * _MULTIPLIERS[0] + earlier * _MULTIPLIERS[1] + length
            if length in self.ngrams:
                rows.append(hashed_rows(key, length - 2, self.num_rows))
        rows = tf.stack(rows, axis=-1)
        vectors = self._look_up("ngram_embeddings", rows)  # (batch, tokens, lengths, ngram_dim)
        if training and self.dropout:
            kept = keras.random.uniform(tf.shape(rows), seed=self.seed_generator) >= self.dropout
            vectors *= tf.expand_dims(tf.cast(kept, vectors.dtype) / (1 - self.dropout), -1)
        return tf.reduce_sum(vectors, axis=-2)

    def _state_after(self, line, mask):
        if mask is None:
            return tf.cast(line[:, tf.shape(line)[1] - self.state_size :], "float32")
        # padding is on the right: the last tokens end where the padding begins
        count = tf.reduce_sum(tf.cast(mask, "int32"), axis=1, keepdims=True)
        rows = tf.expand_dims(tf.range(tf.shape(line)[0]) * tf.shape(line)[1], 1)
        places = rows + count + tf.expand_dims(tf.range(self.state_size), 0)
        return tf.cast(tf.gather(tf.reshape(line, (-1,)), places), "float32")

    def compute_mask(self, token_ids: Tensor, mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_spec(
        self,
        token_ids: Tensor,
        initial_state: Sequence[Tensor] | None = None,
        mask: Tensor | None = None,
        training: bool | None = False,
    ) -> Tensor:
        return [
            keras.KerasTensor((*token_ids.shape, self.dim + self.ngram_dim), dtype=self.compute_dtype),
            keras.KerasTensor((token_ids.shape[0], self.state_size), dtype="float32"),
        ]

    def get_config(self) -> Config:
        config = super().get_config()
        config.pop("autocast", None)
        return {
            **config,
            "vocabulary_size": self.vocabulary_size,
            "dim": self.dim,
            "num_rows": self.num_rows,
            "ngram_dim": self.ngram_dim,
            "ngrams": list(self.ngrams),
            "dropout": self.dropout,
            "stored_rows": None if self.stored_rows is None else list(map(serialized, self.stored_rows)),
        }
