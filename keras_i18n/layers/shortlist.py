from collections.abc import Mapping
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers.whole_number_tables import add_tables
from keras_i18n.protocols import Config, Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class Shortlist(keras.layers.Layer):
    """Tells which tokens a translation may have, by the tokens of its source.

    Make it with `Shortlist.from_tables(candidates, always, num_target)`.

    Args:
        num_target: tokens of the target vocabulary.
        shapes, types: of its two tables.

    Input shape: int32 `(batch, source_tokens)`, padded with -1. Tokens beyond the table, such as those of languages,
    bring nothing.
    Output shape: bool `(batch, num_target)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layer = layers.Shortlist.from_tables(np.array([[3, -1], [4, 2]]), np.array([0]), num_target=5)
    >>> np.array(layer(np.array([[1, -1], [0, -1]], "int32"))).astype(int)
    array([[1, 0, 1, 0, 1],
           [1, 0, 0, 1, 0]])
    """

    def __init__(
        self, num_target: int, shapes: Mapping[str, Any], types: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        self.num_target = int(num_target)
        self.shapes, self.types = {name: tuple(shape) for name, shape in shapes.items()}, dict(types or {})
        self._tables = add_tables(self, self.shapes, self.types)

    @classmethod
    def from_tables(cls, candidates: np.ndarray, always: np.ndarray, num_target: int, **options: Any) -> Self:
        """The layer of such tables.

        Args:
            candidates: `(source tokens, most)`, target tokens for each source token, padded with -1.
            always: `(n,)`, target tokens that every translation may have.
            num_target: tokens of the target vocabulary.
            options: of the layer.
        """
        narrow = "int16" if num_target <= np.iinfo("int16").max else "int32"
        tables = {"candidates": np.asarray(candidates, narrow), "always": np.asarray(always, narrow)}
        layer = cls(
            num_target, {name: table.shape for name, table in tables.items()}, dict.fromkeys(tables, narrow), **options
        )
        for name, table in tables.items():
            layer._tables[name].assign(table)
        return layer

    def build(self, source_ids_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, source_ids: Tensor) -> Tensor:
        candidates, always = (tf.convert_to_tensor(self._tables[name]) for name in ("candidates", "always"))
        known = tf.logical_and(source_ids >= 0, source_ids < self.shapes["candidates"][0])
        found = tf.cast(tf.gather(candidates, tf.where(known, source_ids, 0)), tf.int32)
        found = tf.where(tf.expand_dims(known, -1), found, -1)
        batch = tf.shape(source_ids)[0]
        found = tf.reshape(found, tf.stack([batch, -1]))
        everywhere = tf.tile(tf.expand_dims(tf.cast(always, tf.int32), 0), tf.stack([batch, 1]))
        found = tf.concat([found, everywhere], axis=1)
        places = tf.where(found < 0, self.num_target, found)  # a column too many takes what is no token
        rows = tf.expand_dims(tf.range(batch), 1) + tf.zeros_like(places)
        shape = tf.stack([batch, self.num_target + 1])
        counts = tf.scatter_nd(tf.stack([rows, places], axis=-1), tf.ones_like(places), shape)
        return counts[:, : self.num_target] > 0

    def compute_output_spec(self, source_ids: Tensor) -> keras.KerasTensor:
        return keras.KerasTensor((source_ids.shape[0], self.num_target), dtype="bool")

    def get_config(self) -> Config:
        return {**super().get_config(), "num_target": self.num_target, "shapes": self.shapes, "types": self.types}
