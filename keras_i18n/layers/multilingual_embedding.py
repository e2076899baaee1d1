from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_i18n.layers.split_rows import SplitRows
from keras_i18n.layers.stored_rows import MakeRows, checked_rows, selected_twin, serialized, twin_of
from keras_i18n.layers.table_memory import load_tables
from keras_i18n.protocols import Array, Config, Shape, Tensor
from keras_i18n.shown import cut, shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class MultilingualEmbedding(keras.layers.Layer):
    """Looks up the vector of each token id, in rows that all languages share and in rows of a language's own.

    Ids below `vocabulary_size` are shared; then come, in the order of `language_rows`, the ids of each language.
    What belongs to one language (its rows, its vector) is a weight of its own: it can be read, swapped and trained
    apart, and all else stays bit for bit. Padding gives zeros.

    Args:
        vocabulary_size: number of shared rows.
        dim: size of a vector.
        language_rows: dict, language -> number of rows of its own.
        language_vectors: languages that have a vector, added to every token of their texts.
        padding_id: the id that stands for padding.
        embeddings_initializer: how new rows are filled; language vectors start as zeros.
        stored_rows: a layer that keeps the rows of all languages in few bits, such as `FewBitRows`, in place of weights
            of this layer. They are then only looked up: not trained, swapped or multiplied with (`reverse`).

    Input shape: `token_ids` int32 `(batch, tokens)`; `language` int32 `(batch,)`, the place of each text's language in
    `language_vectors`, -1 for none of them.
    Output shape: `(batch, tokens, dim)`. With `reverse=True` vectors `(..., dim)` give a score for every row,
    `(..., num_rows)`: the output projection of a language model, tied to the table.

    Raises:
        ValueError: a size below 1.
        InvalidArgumentError: on a CPU, for ids beyond the last row; what other runtimes do with them is not defined.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> embedding = layers.MultilingualEmbedding(100, 4, language_rows={"sw": 20})
    >>> vectors = embedding(np.array([[7, 119, -1]], "int32"))
    >>> np.array(vectors)[0, 2]
    array([0., 0., 0., 0.], dtype=float32)
    >>> embedding(vectors, reverse=True).shape
    TensorShape([1, 3, 120])
    """

    def __init__(
        self,
        vocabulary_size: int,
        dim: int,
        *,
        language_rows: Mapping[str, int] | None = None,
        language_vectors: Sequence[str] = (),
        padding_id: int = -1,
        embeddings_initializer: str | keras.initializers.Initializer = "uniform",
        stored_rows: keras.layers.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        language_rows = {language: int(rows) for language, rows in (language_rows or {}).items()}
        sizes = {"vocabulary_size": vocabulary_size, "dim": dim}
        sizes |= {f"language_rows[{language!r}]": rows for language, rows in language_rows.items()}
        for name, value in sizes.items():
            if int(value) < 1:
                raise ValueError(f"`{name}` must be at least 1. Received: {shown(value)}.")
        if isinstance(language_vectors, str):
            raise ValueError(f"`language_vectors` must be a list of languages. Received: {shown(language_vectors)}.")
        self.vocabulary_size = int(vocabulary_size)
        self.dim = int(dim)
        # not an attribute that Keras tracks: the order decides the ids
        self._language_rows = tuple(language_rows.items())
        self._language_vectors = tuple(language_vectors)
        self.padding_id = int(padding_id)
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer)
        self.stored_rows = checked_rows(stored_rows, self.num_rows, self.dim)

    @property
    def language_rows(self) -> dict[str, int]:
        return dict(self._language_rows)

    @property
    def language_vectors(self) -> tuple[str, ...]:
        return self._language_vectors

    @property
    def num_rows(self) -> int:
        """Rows in all: one more than the largest id."""
        return self.vocabulary_size + sum(self.language_rows.values())

    def build(self, token_ids_shape: Shape | None = None, language_shape: Shape | None = None) -> None:
        def add_rows(name, rows):
            return self.add_weight(
                name=name,
                shape=(rows, self.dim),
                initializer=self.embeddings_initializer,
                autocast=False,  # half precision: cast the rows that are read, not the table
            )

        if self.stored_rows is None:
            self.embeddings = add_rows("embeddings", self.vocabulary_size)
            self._own_rows = [add_rows(f"rows_{language}", rows) for language, rows in self._language_rows]
        elif not self.stored_rows.built:
            self.stored_rows.build()
        if self._language_vectors:
            self.vectors = self.add_weight(
                name="language_vectors", shape=(len(self._language_vectors), self.dim), initializer="zeros"
            )
        self.built = True

    def load_own_variables(self, store: Any) -> None:
        """As Keras does; a large table is never in memory twice."""
        if self.stored_rows is None:
            load_tables(self, store)
        else:  # the rows lie in a layer of their own
            super().load_own_variables(store)

    def call(self, token_ids: Tensor, language: Tensor | None = None, reverse: bool = False) -> Tensor:
        if reverse:
            return self._scores(token_ids)
        token_ids = ops.cast(token_ids, "int32")
        mask = ops.expand_dims(ops.not_equal(token_ids, self.padding_id), -1)
        vectors = ops.cast(self._rows(token_ids), self.compute_dtype)
        if language is not None:
            vectors = vectors + self._vectors_of(language)
        return ops.where(mask, vectors, ops.zeros_like(vectors))

    def _rows(self, token_ids):
        if self.stored_rows is not None:
            return self.stored_rows(ops.maximum(token_ids, 0))
        # straight from the variable: `ops.take` reads the whole table first
        tables = [self.embeddings, *self._own_rows]
        vectors, first = None, 0
        for number, table in enumerate(tables):
            row = ops.maximum(token_ids - first, 0)
            if number < len(tables) - 1:  # the last table meets what is too large, and refuses it
                row = ops.where(row < table.shape[0], row, ops.zeros_like(row))
            found = tf.gather(table.value, row)
            own = ops.expand_dims(token_ids >= first, -1)
            vectors = found if vectors is None else ops.where(own, found, vectors)
            first += table.shape[0]
        return vectors

    def _vectors_of(self, language):
        if not self._language_vectors:
            raise ValueError("`language` needs `language_vectors`. Received: a layer that was made without them.")
        language = ops.expand_dims(ops.cast(language, "int32"), -1)  # (batch, 1)
        vectors = tf.gather(ops.convert_to_tensor(self.vectors), ops.maximum(language, 0))  # (batch, 1, dim)
        return ops.where(ops.expand_dims(language >= 0, -1), vectors, ops.zeros_like(vectors))

    def _scores(self, vectors):
        self._refuse_stored("multiplied with")
        vectors = ops.cast(vectors, self.compute_dtype)
        # two axes: the exported product shares the table's own buffer
        flat = vectors if len(vectors.shape) == 2 else tf.reshape(vectors, (-1, self.dim))
        tables = [ops.cast(table.value, self.compute_dtype) for table in (self.embeddings, *self._own_rows)]
        scores = [tf.matmul(flat, table, transpose_b=True) for table in tables]
        scores = scores[0] if len(scores) == 1 else tf.concat(scores, axis=-1)
        if len(vectors.shape) == 2:
            return scores
        return tf.reshape(scores, tf.concat([tf.shape(vectors)[:-1], [self.num_rows]], axis=0))

    def compute_output_spec(self, token_ids: Tensor, language: Tensor | None = None, reverse: bool = False) -> Tensor:
        last = self.num_rows if reverse else self.dim
        leading = token_ids.shape[:-1] if reverse else token_ids.shape
        return keras.KerasTensor((*leading, last), dtype=self.compute_dtype)

    def _refuse_stored(self, what):
        if self.stored_rows is not None:
            raise ValueError(
                f"Rows in few bits can be looked up, not {what}. Received: '{cut(self.name)}' with stored rows. Use the model "
                "that they were made of, and make few bits of it at the end."
            )

    def stored_by(self, make_rows: MakeRows) -> "MultilingualEmbedding":
        """Its twin whose rows, of all languages, lie in the layer that `make_rows` makes of the table."""
        self._refuse_stored("stored again")
        return self.stored_in(
            make_rows(np.concatenate([table.numpy() for table in (self.embeddings, *self._own_rows)]))
        )

    def stored_in(self, rows: keras.layers.Layer) -> "MultilingualEmbedding":
        """Its twin whose rows, of all languages, lie in another layer."""
        twin = twin_of(self, rows)
        if self._language_vectors:
            twin.vectors.assign(self.vectors)
        return twin

    def widened(self) -> "MultilingualEmbedding":
        """Its twin with the stored rows as float32 weights, which can be trained."""
        if self.stored_rows is None:
            raise ValueError(f"`widened` is for rows in few bits. Received: '{cut(self.name)}' with float32 weights.")
        twin = type(self).from_config({**self.get_config(), "stored_rows": None})
        twin.build()
        first = 0
        for table in (twin.embeddings, *twin._own_rows):
            table.assign(self.stored_rows(np.arange(first, first + table.shape[0], dtype="int32")))
            first += table.shape[0]
        if self._language_vectors:
            twin.vectors.assign(self.vectors)
        return twin

    def with_stored_rows(self, language: str, rows: keras.layers.Layer) -> "MultilingualEmbedding":
        """Its twin, whose rows are stored, with the rows of one more language behind them; those that it has stay to the bit.

        Args:
            language: whose rows they are.
            rows: a layer that keeps them, such as `FewBitRows`.
        """
        if self.stored_rows is None:
            raise ValueError(f"`resized` adds to float32 weights. Received: '{cut(self.name)}' without stored rows.")
        kept = self.stored_rows.selected(np.arange(self.num_rows))  # a copy
        parts = [*(kept.parts if isinstance(kept, SplitRows) else (kept,)), rows]
        config = {**self.get_config(), "language_rows": {**self.language_rows, language: rows.num_rows}}
        twin = type(self).from_config({**config, "stored_rows": SplitRows(parts)})
        twin.build()
        if self._language_vectors:
            twin.vectors.assign(self.vectors)
        return twin

    def selected(self, ids: Array) -> "MultilingualEmbedding":
        """Its twin with some of the rows, which all languages share: row `ids[i]`, counted over all, becomes row `i`."""
        twin = selected_twin(self, ids, language_rows={})
        if self.stored_rows is None:
            tables = [table.numpy() for table in (self.embeddings, *self._own_rows)]
            twin.embeddings.assign((tables[0] if len(tables) == 1 else np.concatenate(tables))[ids])
        if self._language_vectors:
            twin.vectors.assign(self.vectors)
        return twin

    def variable_of(self, language: str) -> keras.Variable:
        """The variable that holds a language's own rows."""
        self._refuse_stored("read or swapped by language")
        if language not in self.language_rows:
            raise ValueError(f"`language` must be one of {sorted(self.language_rows)}. Received: {shown(language)}.")
        return self._own_rows[list(self.language_rows).index(language)]

    def language_resources(self, language: str) -> dict[str, np.ndarray]:
        """What belongs to one language: dict of "rows" `(rows, dim)` and "vector" `(dim,)`, as far as it has them."""
        resources = {}
        if language in self.language_rows:
            resources["rows"] = self.variable_of(language).numpy()
        if language in self._language_vectors:
            resources["vector"] = self.vectors.numpy()[self._language_vectors.index(language)]
        if not resources:
            have = sorted({*self.language_rows, *self._language_vectors})
            raise ValueError(f"`language` must be one of {have}. Received: {shown(language)}.")
        return resources

    def set_language_resources(self, language: str, resources: Mapping[str, np.ndarray]) -> None:
        """Swaps what belongs to one language; every other weight stays bit for bit.

        Args:
            language: one of `language_rows` or `language_vectors`.
            resources: dict as from `language_resources`; a part that is absent stays.
        """
        present = self.language_resources(language)
        for name, values in resources.items():
            expected = present[name].shape if name in present else None
            if np.shape(values) != expected:
                raise ValueError(
                    f"The {name} of {language!r} must have the shape {expected}. Received: {shown(np.shape(values))}. "
                    "`resized` makes a layer with another number of rows."
                )
        if "rows" in resources:
            self.variable_of(language).assign(resources["rows"])
        if "vector" in resources:
            vectors = self.vectors.numpy()
            vectors[self._language_vectors.index(language)] = resources["vector"]
            self.vectors.assign(vectors)

    def resized(
        self, language_rows: Mapping[str, int], language_vectors: Sequence[str] | None = None
    ) -> "MultilingualEmbedding":
        """A layer with other languages; what both have is copied, also where the number of a language's rows changes.

        Args:
            language_rows: dict, language -> number of rows; the first rows of a language are kept.
            language_vectors: languages that have a vector; those of this layer unless given.
        """
        self._refuse_stored("added to")
        config = self.get_config()
        config["language_rows"] = dict(language_rows)
        config["language_vectors"] = self._language_vectors if language_vectors is None else tuple(language_vectors)
        layer = type(self).from_config(config)
        if not self.built:
            return layer
        layer.build()
        layer.embeddings.assign(self.embeddings)
        for language in {**layer.language_rows, **dict.fromkeys(layer.language_vectors)}:
            if language not in self.language_rows and language not in self._language_vectors:
                continue
            old, new = self.language_resources(language), layer.language_resources(language)
            for name in old.keys() & new.keys():
                count = min(len(old[name]), len(new[name]))
                new[name][:count] = old[name][:count]
            layer.set_language_resources(language, new)
        return layer

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "dim": self.dim,
            "language_rows": self.language_rows,
            "language_vectors": list(self._language_vectors),
            "padding_id": self.padding_id,
            "embeddings_initializer": keras.initializers.serialize(self.embeddings_initializer),
            "stored_rows": serialized(self.stored_rows),
        }
