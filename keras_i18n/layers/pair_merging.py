"""The merges of byte-pair encoding inside of a graph: all that are certain at once, round after round."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers import fingerprint_lookup
from keras_i18n.layers.ragged_rows import scattered
from keras_i18n.layers.whole_number_tables import add_tables, config_of_tables
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.tokenizers.merge_tables import FIRST_FACTORS, NEVER, SECOND_FACTORS

TABLES = ("bucket_numbers", "first", "second", "rank", "left_least", "right_least", "early", "merged")


@keras.saving.register_keras_serializable(package="keras_i18n")
class PairMerging(keras.layers.Layer):
    """Merges neighbouring pieces of words until no merge is left, with the outcome of one merge after the other.

    In each round every pair merges that no other one can come before, whatever happens around it: see
    `tokenizers.merge_tables`. A word takes about as many rounds as its pieces are deep, four or five for most texts. In
    a row of equal pieces every other pair merges. Where no pair is certain, which is rare, the one of the lowest rank
    merges alone. Each round takes a piece away, so that there are never more rounds than pieces.

    Args:
        shapes: dict, table name -> shape, of the tables of `MergeTables`.
        types: dict, table name -> type, of those that are narrower than int32.

    Input shape: pieces, int32 `(count,)`, all words of all texts in one row; `begins`, bool of this shape, whether a word
        begins there. There is at least one.
    Output: pieces, int32 `(new count,)`, and the place among those given at which each of them begins.

    Example:

    >>> from keras_i18n import layers
    >>> from keras_i18n.tokenizers import merge_tables
    >>> tables = merge_tables.build({(0, 1): (0, 3), (3, 2): (1, 4)})
    >>> layer = layers.PairMerging(**layers.PairMerging.config_of(tables))
    >>> layer.assign(tables)
    >>> pieces, places = layer(tf.constant([0, 1, 2, 0, 2]), tf.constant([True, False, False, True, False]))
    >>> pieces.numpy().tolist(), places.numpy().tolist()
    ([4, 0, 2], [0, 3, 4])
    """

    def __init__(self, shapes: Mapping[str, Any], types: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        self.shapes = {name: tuple(shapes[name]) for name in TABLES}
        self.types = dict(types or {})
        given = {name: shape for name, shape in self.shapes.items() if shape != (0,)}
        self.tables = add_tables(self, given, self.types)

    @classmethod
    def config_of(cls, tables: Any) -> Config:
        """The config of the layer that holds `MergeTables`."""
        return config_of_tables(tables, TABLES)

    def assign(self, tables: Any) -> None:
        """Takes over the numbers of `MergeTables`."""
        for name, variable in self.tables.items():
            variable.assign(getattr(tables, name))

    def build(self, input_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, pieces: Tensor, begins: Tensor) -> Any:
        table = {name: tf.convert_to_tensor(variable) for name, variable in self.tables.items()}
        row = tf.TensorShape([None])
        # of what comes out of a condition, ONNX Runtime does not know that it is one row
        pieces, begins = tf.reshape(pieces, [-1]), tf.reshape(begins, [-1])

        def body(number, _, pieces, begins, places):
            rank, merges = self._merges(table, pieces, begins)
            piece = tf.gather(table["merged"], tf.where(merges, rank, 0))
            pieces = tf.where(merges, piece, pieces)
            kept = tf.cast(tf.reshape(tf.where(tf.logical_not(_shifted(merges, 1, False))), [-1]), tf.int32)
            return (
                number + 1,
                tf.reduce_any(merges),
                tf.gather(pieces, kept),
                tf.gather(begins, kept),
                tf.gather(places, kept),
            )

        count = tf.size(pieces)
        _, _, pieces, _, places = tf.while_loop(
            lambda number, goes_on, *_: (number < count) & goes_on,
            body,
            [0, True, pieces, begins, tf.range(count)],
            shape_invariants=[*[tf.TensorShape([])] * 2, row, row, row],
        )
        return pieces, places

    def _merges(self, table, pieces, begins):
        """Rank of the pair that begins at each place, and whether it merges now."""
        after = tf.where(_shifted(begins, -1, True), -1, _shifted(pieces, -1, -1))
        first, second = (pieces * a + after * b for a, b in (FIRST_FACTORS, SECOND_FACTORS))
        slot, found = fingerprint_lookup.find(first, second, table["bucket_numbers"], table["first"], table["second"])
        slot = tf.where(found, slot, self.shapes["first"][0])
        rank, left_least, right_least = (tf.gather(table[name], slot) for name in TABLES[3:6])
        before, following = _shifted(rank, 1, NEVER), _shifted(rank, -1, NEVER)
        left = (rank < _shifted(left_least, 1, NEVER)) | ((rank < before) & (rank < _shifted(left_least, 2, NEVER)))
        right = (rank <= _shifted(right_least, -1, NEVER)) | (
            (rank <= following) & (rank <= _shifted(right_least, -2, NEVER))
        )
        if "early" in table:
            right &= tf.gather(table["early"], slot) < NEVER
        right &= rank < NEVER
        merges = left & right
        again = tf.equal(rank, before) & (rank < NEVER)  # the pair before has the same rank: a row of equal pieces
        whole = merges & tf.equal(rank, left_least) & tf.equal(rank, right_least)
        # no `tf.cond`: ONNX Runtime takes none inside of a loop as tf2onnx writes them
        merges = _every_other(merges, again, whole, right)
        return rank, merges | (_lowest(rank) & tf.logical_not(tf.reduce_any(merges)))

    def compute_output_spec(self, pieces: Tensor, begins: Tensor) -> Any:
        return tuple(keras.KerasTensor((None,), dtype="int32") for _ in range(2))

    def get_config(self) -> Config:
        return super().get_config() | {
            "shapes": {name: list(shape) for name, shape in self.shapes.items()},
            "types": self.types,
        }


def _shifted(row, places, value):
    """The row moved to the right, or to the left; `value` comes in."""
    filled = tf.fill([abs(places)], value)
    if places > 0:
        return tf.concat([filled, row], axis=0)[:-places]
    return tf.concat([row, filled], axis=0)[-places:]


def _every_other(merges, again, whole, right):
    """Rows of pairs of one rank: the first merges, if it is certain and nothing inside can come before, and every other."""
    count = tf.size(merges)
    goes_on = _shifted(again, -1, False)
    starts = goes_on & tf.logical_not(again)
    place = tf.range(count)
    number = tf.cumsum(tf.cast(starts, tf.int32))
    first = scattered(tf.where(starts, number, count + 1), place, count + 1)
    first = tf.gather(first, number)
    distance = place - first
    even = tf.equal(distance, tf.truncatediv(distance, 2) * 2)
    return merges | (again & even & tf.gather(whole, first) & (right | goes_on))


def _lowest(rank):
    """The first place of the lowest rank, where there is one."""
    place, least = tf.range(tf.size(rank)), tf.reduce_min(rank)
    here = tf.equal(rank, least) & (rank < NEVER)
    return tf.equal(place, tf.reduce_min(tf.where(here, place, NEVER)))
