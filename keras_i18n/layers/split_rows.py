from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers.stored_rows import MakeRows
from keras_i18n.protocols import Array, Config, Shape, Tensor
from keras_i18n.shown import cut, shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class SplitRows(keras.layers.Layer):
    """Rows of one table in several parts, one behind the other, each kept in a way of its own.

    Vocabularies have their frequent pieces first: those get more bits than the many that a text seldom has.

    Args:
        parts: layers that keep rows of one size, such as `FewBitRows` and `ProductQuantizedRows`.

    Input shape: int32 of any shape, each from 0 to `num_rows` - 1, counted over all parts.
    Output shape: one axis more, of `dim`; float32.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> table = np.eye(8, 4)
    >>> rows = layers.SplitRows([layers.FewBitRows.of(table[:2]), layers.FewBitRows.of(table[2:], bits=4)])
    >>> np.array(rows(np.array([1, 2]))).round(1).tolist()
    [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
    >>> layers.SplitRows.of(table, [(2, layers.FewBitRows.of), (6, layers.ProductQuantizedRows.of)]).num_rows
    8
    """

    def __init__(self, parts: Sequence[keras.layers.Layer], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts = [keras.saving.deserialize_keras_object(part) if isinstance(part, dict) else part for part in parts]
        dims = [getattr(part, "dim", None) for part in self.parts]
        if not dims or None in dims or len(set(dims)) > 1:
            raise ValueError(
                f"`parts` must be layers such as FewBitRows, of rows of one size. Received: sizes {cut(dims)}."
            )
        self.dim = dims[0]
        self.num_rows = sum(part.num_rows for part in self.parts)

    @classmethod
    def of(cls, table: np.ndarray, parts: Sequence[tuple[int, MakeRows]], **options: Any) -> Self:
        """Keeps a table.

        Args:
            table: float `(rows, dim)`, finite.
            parts: how many rows and what makes the layer that keeps them, as `FewBitRows.of`; together all rows.
            options: of a Keras layer, such as `name`.
        """
        counts = [count for count, _ in parts]
        if sum(counts) != len(table) or min(counts, default=0) < 1:
            raise ValueError(f"`parts` must hold {len(table)} rows, each at least one. Received: {shown(counts)}.")
        tables = np.split(np.asarray(table), np.cumsum(counts)[:-1])
        return cls([make(rows) for (_, make), rows in zip(parts, tables, strict=True)], **options)

    def selected(self, ids: Array) -> Self:
        """A layer with some of the rows, bit for bit: row `ids[i]` becomes row `i`; `ids` in rising order."""
        ids = np.asarray(ids)
        if (np.diff(ids) < 0).any() or ids.min(initial=0) < 0 or ids.max(initial=0) >= self.num_rows:
            raise ValueError(f"`ids` must be rows below {self.num_rows} in rising order. Received: {shown(ids)}.")
        parts, first = [], 0
        for part in self.parts:
            own = ids[(ids >= first) & (ids < first + part.num_rows)] - first
            parts += [part.selected(own)] if len(own) else []
            first += part.num_rows
        return type(self).from_config({**self.get_config(), "parts": parts})

    def build(self, ids_shape: Shape | None = None) -> None:
        for part in self.parts:
            if not part.built:
                part.build()
        self.built = True

    def call(self, ids: Tensor) -> Tensor:
        ids = tf.cast(ids, "int32")
        flat = tf.reshape(ids, [-1])
        vectors, first = None, 0
        for number, part in enumerate(self.parts):
            row = tf.maximum(flat - first, 0)
            if number < len(self.parts) - 1:  # the last part meets what is too large, and refuses it
                row = tf.where(row < part.num_rows, row, tf.zeros_like(row))
            found = part(row)
            vectors = found if vectors is None else tf.where(tf.expand_dims(flat >= first, -1), found, vectors)
            first += part.num_rows
        return tf.reshape(vectors, tf.concat([tf.shape(ids), [self.dim]], axis=0))

    def compute_output_shape(self, ids_shape: Shape) -> Shape:
        return (*ids_shape, self.dim)

    def compute_output_spec(self, ids: Tensor) -> Tensor:
        return keras.KerasTensor((*ids.shape, self.dim), dtype="float32")

    def get_config(self) -> Config:
        return {**super().get_config(), "parts": [keras.saving.serialize_keras_object(part) for part in self.parts]}
