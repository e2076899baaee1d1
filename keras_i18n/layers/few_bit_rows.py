from collections.abc import Iterator
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown

# a step is 2^(exponent / 16 + shift): it comes within 2.2 % of any number, and takes a byte
_STEPS = 16
_MOST = 127  # the largest exponent
# bits -> the numbers that a value may be, in steps
_RANGES = {8: (-127, 127), 4: (-8, 7)}
# exponents that are tried below the one that leaves no value out: with few bits, cutting a row's largest values off
# costs less than coarse steps for all the others
_FINER = {8: (0,), 4: tuple(range(10))}
_ROWS = 4096  # packed at once


@keras.saving.register_keras_serializable(package="keras_i18n")
class FewBitRows(keras.layers.Layer):
    """Rows of a table in 8 or 4 bits a number, widened when they are looked up: those alone, never the whole table.

    Each row has a step of its own, or one for every `block` numbers. Steps are bytes as well, and two numbers of 4 bits
    share a byte, which plain arithmetic takes apart: converters find nothing to round, runtimes without types of 4 bits
    read it, and all of them get the same numbers. It is used, not trained.

    Args:
        num_rows: rows of the table.
        dim: numbers of a row.
        bits: 8 or 4.
        block: numbers that share a step; None for a whole row.
        shift: of the steps' exponents; `of` chooses it.

    Input shape: int32 of any shape, each from 0 to `num_rows` - 1.
    Output shape: one axis more, of `dim`; float32.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> table = np.array([[0.5, -0.25, 0.125], [10.0, 0.0, -80.0]])
    >>> rows = layers.FewBitRows.of(table, bits=4)
    >>> np.array(rows(np.array([1]))).round(0)
    array([[ 11.,   0., -80.]], dtype=float32)
    """

    def __init__(
        self,
        num_rows: int,
        dim: int,
        *,
        bits: int = 8,
        block: int | None = None,
        shift: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        sizes = {"num_rows": num_rows, "dim": dim, "block": dim if block is None else block}
        for name, value in sizes.items():
            if int(value) < 1:
                raise ValueError(f"`{name}` must be at least 1. Received: {shown(value)}.")
        if bits not in _RANGES:
            raise ValueError(f"`bits` must be one of {', '.join(map(str, _RANGES))}. Received: {shown(bits)}.")
        self.num_rows, self.dim, self.bits = int(num_rows), int(dim), int(bits)
        self.block = None if block is None else min(int(block), self.dim)
        self.shift = int(shift)

    @classmethod
    def of(cls, table: np.ndarray, *, bits: int = 8, block: int | None = None, **options: Any) -> Self:
        """Packs a table.

        Args:
            table: float `(rows, dim)`, finite.
            bits, block: as in the class.
            options: of a Keras layer, such as `name`.
        """
        table = np.asarray(table, "float32")
        largest = float(np.abs(table).max(initial=0.0)) / _RANGES[bits][1] if bits in _RANGES else 1.0
        shift = int(np.ceil(np.log2(max(largest, 1e-30)) - _MOST / _STEPS))
        layer = cls(*table.shape, bits=bits, block=block, shift=shift, **options)
        layer.build()
        parts = list(zip(*(layer._packed(part) for part in _parts(table)), strict=True))
        layer.set_weights([np.concatenate(part) for part in parts])
        return layer

    @property
    def _block(self):
        return self.dim if self.block is None else self.block

    @property
    def _num_steps(self):
        return -(-self.dim // self._block)

    def build(self, ids_shape: Shape | None = None) -> None:
        columns = self.dim if self.bits == 8 else -(-self.dim // 2)
        self.values = self._add_bytes("values", columns, "int8" if self.bits == 8 else "uint8")
        self.exponents = self._add_bytes("exponents", self._num_steps, "int8")
        self.built = True

    def _add_bytes(self, name, columns, dtype):
        return self.add_weight(
            name=name, shape=(self.num_rows, columns), dtype=dtype, initializer="zeros", trainable=False
        )

    def _packed(self, table):
        """Bytes and exponents of some rows."""
        width = self._num_steps * self._block
        blocks = np.pad(table, ((0, 0), (0, width - self.dim))).reshape(len(table), self._num_steps, self._block)
        least, most = _RANGES[self.bits]
        largest = np.abs(blocks).max(axis=-1)
        first = np.ceil(_STEPS * (np.log2(np.maximum(largest / most, 1e-37)) - self.shift))
        exponents = np.clip(first, -_MOST - 1, _MOST)
        best, lowest = np.zeros(blocks.shape, "float32"), np.full(largest.shape, np.inf)
        chosen = exponents
        for finer in _FINER[self.bits]:
            tried = np.maximum(exponents - finer, -_MOST - 1)
            steps = _steps(tried, self.shift)[..., None]
            rounded = np.clip(np.round(blocks / steps), least, most)
            error = np.square(rounded * steps - blocks).sum(axis=-1)
            better = error < lowest
            lowest = np.where(better, error, lowest)
            chosen = np.where(better, tried, chosen)
            best = np.where(better[..., None], rounded, best)
        values = best.reshape(len(table), width)[:, : self.dim]
        return _as_bytes(values, self.bits), chosen.astype("int8")

    def call(self, ids: Tensor) -> Tensor:
        ids = tf.cast(ids, "int32")
        flat = tf.reshape(ids, [-1])
        values = tf.cast(tf.gather(self.values.value, flat), "float32")
        if self.bits == 4:
            high = tf.floor(values * 0.0625)
            values = (tf.concat([values - 16.0 * high, high], axis=-1) - 8.0)[:, : self.dim]
        vectors = self._times_steps(values, steps_of(tf.gather(self.exponents.value, flat), self.shift))
        return tf.reshape(vectors, tf.concat([tf.shape(ids), [self.dim]], axis=0))

    def _times_steps(self, values, steps):
        if self._num_steps == 1:
            return values * steps
        missing = self._num_steps * self._block - self.dim
        if missing:
            values = tf.pad(values, [[0, 0], [0, missing]])
        blocks = tf.reshape(values, [-1, self._num_steps, self._block]) * tf.expand_dims(steps, -1)
        return tf.reshape(blocks, [-1, self._num_steps * self._block])[:, : self.dim]

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
            "shift": self.shift,
        }


def steps_of(exponents: Tensor, shift: int) -> Tensor:
    """Sizes of the steps, float32; the constants are numbers that half precision holds exactly."""
    return tf.pow(2.0, tf.cast(exponents, "float32") / _STEPS + float(shift))


def exponents_of(sizes: np.ndarray) -> tuple[np.ndarray, int]:
    """Exponents, int8, and their shift: the nearest to positive numbers; 1.5e-5 of the largest and below are one."""
    shift = int(np.ceil(np.log2(max(float(sizes.max(initial=0.0)), 1e-30)) - _MOST / _STEPS))
    exponents = np.round(_STEPS * (np.log2(np.maximum(sizes, 1e-37)) - shift))
    return np.clip(exponents, -_MOST - 1, _MOST).astype("int8"), shift


def _steps(exponents, shift):
    return (2.0 ** (exponents / _STEPS + shift)).astype("float32")


def _parts(table) -> Iterator[np.ndarray]:
    for start in range(0, max(len(table), 1), _ROWS):
        yield table[start : start + _ROWS]


def _as_bytes(values, bits):
    if bits == 8:
        return values.astype("int8")
    half = -(-values.shape[1] // 2)
    pairs = np.pad(values + 8, ((0, 0), (0, 2 * half - values.shape[1]))).astype("uint8")
    return pairs[:, :half] + 16 * pairs[:, half:]
