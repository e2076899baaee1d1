from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers.product_quantization import nearest_centres, trained_centres
from keras_i18n.layers.row_steps import exponents_of, steps_of
from keras_i18n.layers.stored_rows import with_rows_of
from keras_i18n.protocols import Array, Config, Shape, Tensor
from keras_i18n.shown import shown

_MOST_CENTRES = 256  # a byte says which


@keras.saving.register_keras_serializable(package="keras_i18n")
class ProductQuantizedRows(keras.layers.Layer):
    """Rows of a table as bytes that each stand for several numbers: one of up to 256 centres of its place in the row.

    A row is cut into pieces of `piece_dim` numbers; each piece becomes the nearest of the centres that k-means found
    for its place. With four numbers a piece a row takes 2 bits a number, with eight 1 bit. Only rows that are looked up
    are put together, by gathers that all runtimes have. It is used, not trained.
    Source: Jégou et al. 2011, "Product Quantization for Nearest Neighbor Search".

    Args:
        num_rows: rows of the table.
        dim: numbers of a row.
        piece_dim: numbers that a byte stands for.
        num_centres: centres of each place, at most 256.
        shift: of the exponents of the rows' lengths; `of` chooses it.

    Input shape: int32 of any shape, each from 0 to `num_rows` - 1.
    Output shape: one axis more, of `dim`; float32.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> table = np.repeat([[3.0, 0.0, 0.0, 4.0], [0.0, -1.0, 0.0, 0.0]], 50, axis=0)
    >>> rows = layers.ProductQuantizedRows.of(table, piece_dim=2)
    >>> np.abs(np.array(rows(np.arange(100))) - table).max() < 0.2
    np.True_
    """

    def __init__(
        self,
        num_rows: int,
        dim: int,
        *,
        piece_dim: int = 4,
        num_centres: int = _MOST_CENTRES,
        shift: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for name, value in {"num_rows": num_rows, "dim": dim, "piece_dim": piece_dim}.items():
            if int(value) < 1:
                raise ValueError(f"`{name}` must be at least 1. Received: {shown(value)}.")
        if not 1 <= int(num_centres) <= _MOST_CENTRES:
            raise ValueError(f"`num_centres` must be from 1 to {_MOST_CENTRES}. Received: {shown(num_centres)}.")
        self.num_rows, self.dim = int(num_rows), int(dim)
        self.piece_dim, self.num_centres = int(piece_dim), int(num_centres)
        self.shift = int(shift)

    @classmethod
    def of(cls, table: np.ndarray, *, piece_dim: int = 4, seed: int = 0, **options: Any) -> Self:
        """Finds centres and packs a table; the lengths of the rows are kept apart, in two bytes each.

        Args:
            table: float `(rows, dim)`, finite.
            piece_dim: as in the class.
            seed: of k-means.
            options: of a Keras layer, such as `name`.
        """
        table = np.asarray(table, "float32")
        num_centres = min(_MOST_CENTRES, max(1, len(table) // 4))
        exponents, shift = exponents_of(np.linalg.norm(table, axis=1, keepdims=True))
        layer = cls(*table.shape, piece_dim=piece_dim, num_centres=num_centres, shift=shift, **options)
        layer.build()
        lengths = np.array(steps_of(exponents, shift))
        width = layer._num_pieces * layer.piece_dim
        pieces = np.pad(table / lengths, ((0, 0), (0, width - layer.dim)))
        pieces = pieces.reshape(len(table), layer._num_pieces, layer.piece_dim)
        generator = np.random.default_rng(seed)
        centres = np.stack(
            [trained_centres(pieces[:, place], num_centres, generator=generator) for place in range(layer._num_pieces)]
        )
        # steps that half precision holds exactly, as some files do
        steps = np.maximum(np.abs(centres).max(axis=(0, 1)), 1e-6) / 127
        steps = np.maximum(steps.astype("float16").astype("float32"), np.float32(2.0**-24))
        rounded = np.clip(np.round(centres / steps), -127, 127).astype("int8")
        codes = [nearest_centres(pieces[:, place], found * steps) for place, found in enumerate(rounded)]
        layer.set_weights([np.stack(codes, axis=1), exponents, rounded.reshape(-1, layer.piece_dim), steps])
        return layer

    def selected(self, ids: Array) -> Self:
        """A layer with some of the rows, bit for bit: row `ids[i]` becomes row `i`."""
        rows = {weight.name: weight.numpy()[ids] for weight in self.row_weights}
        return with_rows_of(self, rows, len(ids))

    @property
    def row_weights(self) -> tuple[keras.Variable, ...]:
        """The weights that have something of each row; all rows share the others."""
        return self.codes, self.exponents

    @property
    def _num_pieces(self):
        return -(-self.dim // self.piece_dim)

    def build(self, ids_shape: Shape | None = None) -> None:
        def add(name, shape, dtype):
            return self.add_weight(name=name, shape=shape, dtype=dtype, initializer="zeros", trainable=False)

        self.codes = add("codes", (self.num_rows, self._num_pieces), "uint8")
        self.exponents = add("exponents", (self.num_rows, 2), "int8")
        # row = place * num_centres + code
        self.centres = add("centres", (self._num_pieces * self.num_centres, self.piece_dim), "int8")
        self.steps = self.add_weight(
            name="steps", shape=(self.piece_dim,), initializer="ones", trainable=False, autocast=False, dtype="float32"
        )
        self.built = True

    def call(self, ids: Tensor) -> Tensor:
        ids = tf.cast(ids, "int32")
        flat = tf.reshape(ids, [-1])
        first = np.arange(self._num_pieces, dtype="int32") * self.num_centres
        places = tf.cast(tf.gather(self.codes.value, flat), "int32") + first  # (ids, pieces)
        pieces = tf.cast(tf.gather(self.centres.value, places), "float32") * self.steps.value
        vectors = tf.reshape(pieces, [-1, self._num_pieces * self.piece_dim])[:, : self.dim]
        vectors *= steps_of(tf.gather(self.exponents.value, flat), self.shift)
        return tf.reshape(vectors, tf.concat([tf.shape(ids), [self.dim]], axis=0))

    def compute_output_shape(self, ids_shape: Shape) -> Shape:
        return (*ids_shape, self.dim)

    def compute_output_spec(self, ids: Tensor) -> Tensor:
        return keras.KerasTensor((*ids.shape, self.dim), dtype="float32")

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "num_rows": self.num_rows,
            "dim": self.dim,
            "piece_dim": self.piece_dim,
            "num_centres": self.num_centres,
            "shift": self.shift,
        }
