from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers.stored_rows import MakeRows
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class TieredRows(keras.layers.Layer):
    """Rows of a table in tiers of different precision: the first rows in many bits, later ones in few.

    Where rows are ordered by how often texts use them, a few thousand make up most tokens: bits are spent there.

    Args:
        tiers: layers that keep rows, such as `FewBitRows`, all of one `dim`; the ids of one follow those of the one
            before.

    Input shape: int32 of any shape, each from 0 to `num_rows` - 1.
    Output shape: one axis more, of `dim`; float32.

    Raises:
        ValueError: no tiers, or rows of different sizes.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> table = np.random.default_rng(0).normal(size=(300, 8))
    >>> rows = layers.TieredRows.of(table, [(100, layers.FewBitRows.of), (200, layers.ProductQuantizedRows.of)])
    >>> bool(np.abs(np.array(rows(np.arange(100))) - table[:100]).max() < 0.03)
    True
    """

    def __init__(self, tiers: Sequence[keras.layers.Layer | Config], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tiers = [keras.saving.deserialize_keras_object(tier) if isinstance(tier, dict) else tier for tier in tiers]
        if not self.tiers or len({tier.dim for tier in self.tiers}) != 1:
            raise ValueError(
                "`tiers` must be layers such as FewBitRows, with rows of one size. Received rows of "
                f"{shown([tier.dim for tier in self.tiers])} numbers."
            )
        self.dim = self.tiers[0].dim
        self.num_rows = sum(tier.num_rows for tier in self.tiers)

    @classmethod
    def of(cls, table: np.ndarray, tiers: Sequence[tuple[int, MakeRows]], **options: Any) -> Self:
        """Keeps a table.

        Args:
            table: float `(rows, dim)`, finite.
            tiers: how many rows and what makes the layer that keeps them, as `FewBitRows.of`; together all rows.
            options: of a Keras layer, such as `name`.
        """
        counts = [count for count, _ in tiers]
        if sum(counts) != len(table) or min(counts, default=0) < 1:
            raise ValueError(f"`tiers` must hold {len(table)} rows, each at least one. Received: {shown(counts)}.")
        parts = np.split(np.asarray(table), np.cumsum(counts)[:-1])
        return cls([make(part) for (_, make), part in zip(tiers, parts, strict=True)], **options)

    def build(self, ids_shape: Shape | None = None) -> None:
        for tier in self.tiers:
            if not tier.built:
                tier.build(ids_shape)
        self.built = True

    def call(self, ids: Tensor) -> Tensor:
        ids = tf.cast(ids, "int32")
        vectors, first = None, 0
        for tier in self.tiers:
            # not by clipping: TFLite makes Relu6, which takes no integers, of a tier of seven rows
            row = ids - first
            found = tier(tf.where((row >= 0) & (row < tier.num_rows), row, 0))
            vectors = found if vectors is None else tf.where(tf.expand_dims(ids >= first, -1), found, vectors)
            first += tier.num_rows
        return vectors

    def compute_output_shape(self, ids_shape: Shape) -> Shape:
        return (*ids_shape, self.dim)

    def compute_output_spec(self, ids: Tensor) -> Tensor:
        return keras.KerasTensor((*ids.shape, self.dim), dtype="float32")

    def get_config(self) -> Config:
        return {**super().get_config(), "tiers": [keras.saving.serialize_keras_object(tier) for tier in self.tiers]}
