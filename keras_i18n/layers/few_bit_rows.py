import itertools
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers import four_bits
from keras_i18n.layers.rounding_together import rounded_together
from keras_i18n.layers.row_steps import exponents_of, steps_of
from keras_i18n.layers.stored_rows import with_rows_of
from keras_i18n.protocols import Array, Config, Shape, Tensor
from keras_i18n.shown import shown

_BITS = (8, 4)
_LARGEST = 127  # of 8 bits
_FINE = 256  # parts of a step that the second byte of a number counts
_SMALLEST = 2.0**-14  # of the largest number of a table; rows below are zeros
_ROWS = 4096  # packed at once


@keras.saving.register_keras_serializable(package="keras_i18n")
class FewBitRows(keras.layers.Layer):
    """Rows of a table in 8 or 4 bits a number, widened when they are looked up: those alone, never the whole table.

    Each row has a step of its own, or one for every `block` numbers, and with 4 bits a zero. Both are bytes as well, and
    two numbers of 4 bits share a byte, which plain arithmetic takes apart: converters find nothing to round, runtimes
    without types of 4 bits read it, and all of them get the same numbers. It is used, not trained.

    Args:
        num_rows: rows of the table.
        dim: numbers of a row.
        bits: 8 or 4.
        block: numbers that share a step; None for a whole row.
        fine_rows: of 8 bits, how many of the first rows have a second byte for each number: those of frequent tokens.
        shift: of the steps' exponents; `of` chooses it.

    Input shape: int32 of any shape, each from 0 to `num_rows` - 1.
    Output shape: one axis more, of `dim`; float32.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> table = np.array([[0.5, -0.25, 0.125], [10.0, 0.0, -80.0]])
    >>> rows = layers.FewBitRows.of(table, bits=4)
    >>> np.array(rows(np.array([1]))).round(0)
    array([[ 10.,   0., -80.]], dtype=float32)
    """

    def __init__(
        self,
        num_rows: int,
        dim: int,
        *,
        bits: int = 8,
        block: int | None = None,
        fine_rows: int = 0,
        shift: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        sizes = {"num_rows": num_rows, "dim": dim, "block": dim if block is None else block}
        for name, value in sizes.items():
            if int(value) < 1:
                raise ValueError(f"`{name}` must be at least 1. Received: {shown(value)}.")
        if bits not in _BITS:
            raise ValueError(f"`bits` must be one of {', '.join(map(str, _BITS))}. Received: {shown(bits)}.")
        most = int(num_rows) if bits == 8 else 0
        if not 0 <= int(fine_rows) <= most:
            raise ValueError(
                f"`fine_rows` must be 0 to {most:,}: rows of 8 bits can be finer, no others. Received: {shown(fine_rows)}."
            )
        self.num_rows, self.dim, self.bits = int(num_rows), int(dim), int(bits)
        self.fine_rows = int(fine_rows)
        self.block = None if block is None else min(int(block), self.dim)
        self.shift = int(shift)

    @classmethod
    def of(
        cls,
        table: np.ndarray,
        *,
        bits: int = 8,
        block: int | None = None,
        fine_rows: int = 0,
        sensitivity: np.ndarray | None = None,
        **options: Any,
    ) -> Self:
        """Packs a table.

        Args:
            table: float `(rows, dim)`, finite.
            bits, block, fine_rows: as in the class.
            sensitivity: float `(dim, dim)`, what errors of a row cost (`networks.token_sensitivity`): the numbers of a row
                of 8 bits are then rounded together. None to round each to the nearest.
            options: of a Keras layer, such as `name`.
        """
        table = np.asarray(table, "float32")
        # there are no steps for rows so much smaller than the largest
        small = np.abs(table).max(axis=1, keepdims=True) < _SMALLEST * np.abs(table).max(initial=0.0)
        table = np.where(small, np.float32(0), table)
        layer = cls(*table.shape, bits=bits, block=block, fine_rows=fine_rows, **options)
        layer.build()
        starts = sorted({fine_rows, *range(0, len(table), _ROWS)} - {len(table)})
        parts = [table[start:stop] for start, stop in itertools.pairwise([*starts, len(table)])]
        found = [
            layer._packed(part, None if start < fine_rows else sensitivity)
            for start, part in zip(starts, parts, strict=True)
        ]
        values, steps, zeros = (np.concatenate(parts) for parts in zip(*found, strict=True))
        exponents, layer.shift = exponents_of(steps)
        layer.exponents.assign(exponents)
        if fine_rows:
            values[:fine_rows], fine = layer._two_bytes(table[:fine_rows])
            layer.fine.assign(np.concatenate([fine, np.zeros_like(fine[:1])]))
        layer.values.assign(values)
        if bits == 4:
            layer.zeros.assign(zeros)
        return layer

    def selected(self, ids: Array) -> Self:
        """A layer with some of the rows, bit for bit: row `ids[i]` becomes row `i`; the fine ones come first."""
        ids = np.asarray(ids)
        rows = {weight.name: weight.numpy()[ids] for weight in self.weights if weight.name != "fine"}
        if not self.fine_rows:
            return with_rows_of(self, rows, len(ids))
        fine = ids < self.fine_rows
        if (np.diff(fine.astype(int)) > 0).any():
            raise ValueError(
                f"`ids` must have those below {self.fine_rows}, which are fine, first. Received: {shown(ids)}."
            )
        if fine.any():
            rows["fine"] = self.fine.numpy()[[*ids[fine], self.fine_rows]]
        return with_rows_of(self, rows, len(ids), fine_rows=int(fine.sum()))

    @property
    def row_weights(self) -> tuple[keras.Variable, ...] | None:
        """The weights that have something of each row; None where the first rows have more than others."""
        return None if self.fine_rows else tuple(weight for weight in self.weights if weight.name != "fine")

    @property
    def _block(self):
        return self.dim if self.block is None else self.block

    @property
    def _num_blocks(self):
        return -(-self.dim // self._block)

    def build(self, ids_shape: Shape | None = None) -> None:
        columns = self.dim if self.bits == 8 else -(-self.dim // 2)
        self.values = self._add_bytes("values", columns, "int8" if self.bits == 8 else "uint8")
        self.exponents = self._add_bytes("exponents", 2 * self._num_blocks, "int8")
        if self.bits == 4:
            self.zeros = self._add_bytes("zeros", self._num_blocks, "int8")
        if self.fine_rows:  # the last of them is nothing, for all other rows
            self.fine = self._add_bytes("fine", self.dim, "int8", num_rows=self.fine_rows + 1)
        self.built = True

    def _add_bytes(self, name, columns, dtype, *, num_rows=None):
        return self.add_weight(
            name=name, shape=(num_rows or self.num_rows, columns), dtype=dtype, initializer="zeros", trainable=False
        )

    def _two_bytes(self, table):
        """Both bytes of the first rows, by their steps as they are looked up."""
        steps = steps_of(self.exponents.value[: len(table)], self.shift).numpy()
        in_steps = table / np.repeat(steps, self._block, axis=1)[:, : self.dim]
        values = np.clip(np.round(in_steps), -_LARGEST, _LARGEST)
        fine = np.clip(np.round((in_steps - values) * _FINE), -_LARGEST, _LARGEST)
        return values.astype("int8"), fine.astype("int8")

    def _packed(self, table, sensitivity=None):
        """Bytes, steps and zeros of some rows."""
        width = self._num_blocks * self._block
        blocks = np.pad(table, ((0, 0), (0, width - self.dim)), mode="edge").reshape(-1, self._block)
        if self.bits == 8:
            steps = np.maximum(np.abs(blocks).max(axis=1), 1e-30) / _LARGEST
            in_steps = blocks / steps[:, None]
            if sensitivity is None:
                values = np.clip(np.round(in_steps), -_LARGEST, _LARGEST).astype("int8")
            else:
                rows = in_steps.reshape(len(table), width)[:, : self.dim]
                values = rounded_together(rows, sensitivity, largest=_LARGEST).astype("int8")
                values = np.pad(values, ((0, 0), (0, width - self.dim)))
            zeros = np.zeros(len(steps), "int8")
        else:
            values, steps, zeros = four_bits.in_four_bits(blocks)
        values = values.reshape(len(table), width)[:, : self.dim]
        shape = (len(table), self._num_blocks)
        return _in_pairs(values) if self.bits == 4 else values, steps.reshape(shape), zeros.reshape(shape)

    def call(self, ids: Tensor) -> Tensor:
        ids = tf.cast(ids, "int32")
        flat = tf.reshape(ids, [-1])
        values = tf.cast(tf.gather(self.values.value, flat), "float32")
        steps = steps_of(tf.gather(self.exponents.value, flat), self.shift)
        if self.fine_rows:
            row = tf.where(flat < self.fine_rows, flat, self.fine_rows)
            values += tf.cast(tf.gather(self.fine.value, row), "float32") * (1 / _FINE)
        if self.bits == 8:
            vectors = self._by_block(values, lambda blocks, steps: blocks * steps, steps)
        else:
            high = tf.floor(values * 0.0625)
            values = tf.concat([values - 16.0 * high, high], axis=-1)[:, : self.dim]
            zeros = tf.cast(tf.gather(self.zeros.value, flat), "float32") * (1 / four_bits.FRACTIONS)
            zeros += float(four_bits.MIDDLE)
            vectors = self._by_block(values, lambda blocks, steps, zeros: (blocks - zeros) * steps, steps, zeros)
        return tf.reshape(vectors, tf.concat([tf.shape(ids), [self.dim]], axis=0))

    def _by_block(self, values, scaled, *options):
        """`scaled` of the numbers `(ids, dim)` and of options, which are `(ids, blocks)`."""
        if self._num_blocks == 1:
            return scaled(values, *options)
        missing = self._num_blocks * self._block - self.dim
        if missing:
            values = tf.pad(values, [[0, 0], [0, missing]])
        blocks = tf.reshape(values, [-1, self._num_blocks, self._block])
        blocks = scaled(blocks, *(tf.expand_dims(option, -1) for option in options))
        return tf.reshape(blocks, [-1, self._num_blocks * self._block])[:, : self.dim]

    def compute_output_shape(self, ids_shape: Shape) -> Shape:
        return (*ids_shape, self.dim)

    def compute_output_spec(self, ids: Tensor) -> Tensor:
        return keras.KerasTensor((*ids.shape, self.dim), dtype="float32")

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "num_rows": self.num_rows,
            "dim": self.dim,
            "bits": self.bits,
            "block": self.block,
            "fine_rows": self.fine_rows,
            "shift": self.shift,
        }


def _in_pairs(values):
    half = -(-values.shape[1] // 2)
    pairs = np.pad(values, ((0, 0), (0, 2 * half - values.shape[1])))
    return pairs[:, :half] + 16 * pairs[:, half:]
