"""The segmentation of a SentencePiece unigram model inside of a graph."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers import fingerprint_lookup
from keras_i18n.layers.best_path import IMPOSSIBLE, best_path_starts
from keras_i18n.layers.ragged_rows import kept_left, shift_right, spread, take
from keras_i18n.layers.usable_pieces import allowed_groups, usable_pieces
from keras_i18n.layers.whole_number_tables import add_tables, config_of_tables
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown
from keras_i18n.tokenizers import exact_scores
from keras_i18n.tokenizers.piece_groups import PieceGroups
from keras_i18n.tokenizers.sentencepiece_model import MAX_PIECES

TABLES = ("bucket_numbers", "first", "second", "scores", "ids", "byte_ids")
PADDING_ID = -1


@keras.saving.register_keras_serializable(package="keras_i18n")
class UnigramSegmentation(keras.layers.Layer):
    """Splits normalised text into the pieces that are likeliest together: Viterbi over a unigram vocabulary.

    Every substring is looked up at once; only the sum of the best scores runs along the text, in blocks of places
    that are unrolled. The way back is found by doubling. Scores are summed in float32 as the sentencepiece library sums them (see
    `best_path_starts`), so that ids are equal to its ids, not only likely.

    Args:
        shapes: dict, table name -> shape, of the tables of `UnigramTables`.
        types: dict, table name -> type, of those that are narrower than int32.
        longest_piece: in code points.
        first_id: added to the ids of the table.
        unknown_id: token id of runs of code points that no piece spells.
        unknown_score: score of one such code point.
        groups: config of the `PieceGroups`, or None. A batch in which a text used a piece that it may not use is cut a second
            time, with the pieces that each text may use; others are not.
        vocabulary_size: number of pieces; needed with groups.

    Input shape: int32 `(batch, length)` normalised code points, padded with 0 on the right.
    Output shape: int32 `(batch, tokens)`, padded with -1 on the right; at least one place wide.

    Example:

    >>> import numpy as np
    >>> from keras_i18n.layers import UnigramSegmentation
    >>> from keras_i18n.tokenizers import train_unigram, unigram_tables
    >>> tokenizer = train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20)
    >>> tables = unigram_tables.build(tokenizer.model)
    >>> layer = UnigramSegmentation(**UnigramSegmentation.config_of(tables))
    >>> layer.assign(tables)
    >>> ids = np.array(layer(np.array([[ord(symbol) for symbol in "▁to▁be"]], "int32")))[0]
    >>> bool((ids == tokenizer.tokenize(["to be"])[0]).all())
    True
    """

    def __init__(
        self,
        shapes: Mapping[str, Any],
        *,
        longest_piece: int,
        unknown_id: int,
        unknown_score: float,
        groups: Mapping[str, Any] | None = None,
        vocabulary_size: int | None = None,
        types: Mapping[str, str] | None = None,
        first_id: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        self.shapes = {name: tuple(shapes[name]) for name in TABLES}
        self.types, self.first_id = dict(types or {}), int(first_id)
        self.longest_piece = longest_piece
        self.unknown_id = unknown_id
        self.unknown_score = unknown_score
        self.groups = PieceGroups.of(groups)
        self.vocabulary_size = vocabulary_size
        if self.groups.starts and not self.groups.starts[-1] < (vocabulary_size or 0) <= MAX_PIECES:
            raise ValueError(
                f"`vocabulary_size` must be above the last group's start and at most {MAX_PIECES}. Received: "
                f"{shown(vocabulary_size)}, groups {shown(groups)}."
            )
        self.block = max(8, -(-longest_piece // 8) * 8)
        self.tables = add_tables(self, self.shapes, self.types)

    @classmethod
    def config_of(cls, tables: Any, groups: PieceGroups | None = None, vocabulary_size: int | None = None) -> Config:
        """The config of the layer that holds `UnigramTables`."""
        grouped = {}
        if groups is not None and groups.starts:
            grouped = {"groups": groups.get_config(), "vocabulary_size": vocabulary_size}
        return {
            **config_of_tables(tables, TABLES),
            "first_id": tables.first_id,
            "longest_piece": tables.longest_piece,
            "unknown_id": tables.unknown_id,
            "unknown_score": tables.unknown_score,
            **grouped,
        }

    def assign(self, tables: Any) -> None:
        """Takes over the numbers of `UnigramTables`."""
        for name, variable in self.tables.items():
            variable.assign(getattr(tables, name))

    def build(self, input_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, symbols: Tensor) -> Tensor:
        symbols = tf.cast(symbols, tf.int32)
        table = {name: tf.convert_to_tensor(variable) for name, variable in self.tables.items()}
        batch = tf.shape(symbols)[0]
        blocks = tf.truncatediv(tf.shape(symbols)[1], self.block) + 1
        count = blocks * self.block  # places, always more than symbols
        length = tf.reduce_sum(tf.cast(tf.not_equal(symbols, 0), tf.int32), axis=1, keepdims=True)
        symbols = tf.pad(symbols, [[0, 0], [0, count + self.block - tf.shape(symbols)[1]]])

        first, second = fingerprint_lookup.windows(symbols, count, self.longest_piece)
        slot, found = fingerprint_lookup.find(first, second, table["bucket_numbers"], table["first"], table["second"])
        shape = batch, blocks
        best = self._best_pieces(table, slot, found, length, shape)
        if self.groups.starts:
            best = self._of_usable_groups(table, slot, found, length, shape, best)
        ids, starts, _, unknown = best
        spell = self._bytes if self.shapes["byte_ids"][0] else self._merge
        return tf.cond(tf.reduce_any(unknown), lambda: spell(table, ids, unknown, take(symbols, starts)), lambda: ids)

    def _of_usable_groups(self, table, slot, found, length, shape, best):
        """The best pieces, or, where a text of the batch used some that it may not, the best of those that each may use."""
        ids, _, sizes, unknown = best
        sizes = tf.where(tf.equal(ids, PADDING_ID) | unknown, 0, sizes)
        allowed, broken = allowed_groups(self.groups, ids, sizes)

        def again():
            usable = usable_pieces(self.groups, self.vocabulary_size, self._ids(table, slot), allowed)
            return self._best_pieces(table, slot, found & usable, length, shape)

        return tf.cond(tf.reduce_any(broken), again, lambda: best)

    def _best_pieces(self, table, slot, found, length, shape):
        """Ids, starts and sizes of the pieces that are likeliest together, and which are unknown code points.

        Args:
            slot, found: of the substrings at each place, by length.
            length: of each text.
            shape: number of texts, and of blocks of places.
        """
        batch, blocks = shape
        scores = tf.where(found, _unpack(tf.gather(table["scores"], slot)), IMPOSSIBLE)
        is_unknown = tf.logical_not(found[:, :, 0])
        alone = tf.where(is_unknown, self.unknown_score, scores[:, :, 0])
        scores = tf.concat([tf.expand_dims(alone, 2), scores[:, :, 1:]], axis=2)
        steps = self._by_block(scores, batch, blocks)
        previous = best_path_starts(steps, self.unknown_score)
        starts, ends, valid = self._way_back(previous, length)

        sizes = tf.where(valid, ends - starts, 1)
        where = starts * self.longest_piece + sizes - 1
        ids = self._ids(table, take(tf.reshape(slot, tf.stack([batch, -1])), where))
        unknown = take(is_unknown, starts) & tf.equal(sizes, 1) & valid
        ids = tf.where(valid, tf.where(unknown, self.unknown_id, ids), PADDING_ID)
        return ids, starts, sizes, unknown

    def _ids(self, table, slot):
        return fingerprint_lookup.look_up(table["ids"], slot) + self.first_id

    def _by_block(self, scores, batch, blocks):
        """(batch, blocks, place in block, where the piece ends, counted from the block's start): two blocks wide.

        Rows are padded to one more than two blocks and read again two blocks at a time, which shifts each row by
        one place more than the row before it.
        """
        block, width = self.block, 2 * self.block
        rows = tf.pad(scores, [[0, 0], [0, 0], [1, width - self.longest_piece]], constant_values=IMPOSSIBLE)
        rows = tf.reshape(rows, tf.stack([batch, blocks, block * (width + 1)]))
        return tf.reshape(rows[:, :, : block * width], tf.stack([batch, blocks, block, width]))

    def _way_back(self, previous, length):
        """Starts and ends of the tokens on the way to `length`, from left to right, and which are there."""
        batch, count = tf.shape(previous)[0], tf.shape(previous)[1]
        offsets = tf.expand_dims(tf.range(batch) * count, 1)
        jumps = tf.reshape(previous + offsets, [-1])
        back = tf.expand_dims(tf.range(count), 0)  # how many tokens back from the end
        ends = length + offsets + tf.zeros_like(previous)

        tip = length + offsets

        def body(size, jumps, ends, tip):
            odd = tf.equal(tf.math.floormod(tf.truncatediv(back, size), 2), 1)
            ends = tf.where(odd, tf.gather(jumps, ends), ends)
            return size * 2, tf.gather(jumps, jumps), ends, tf.gather(jumps, tip)

        # `jumps` goes `size` tokens back; done when that is beyond the start from the end of every row
        size, _, ends, _ = tf.while_loop(
            lambda size, jumps, ends, tip: (size < count) & tf.reduce_any(tip > offsets),
            body,
            [1, jumps, ends, tip],
            shape_invariants=[tf.TensorShape([]), tf.TensorShape([None]), *[tf.TensorShape([None, None])] * 2],
        )
        ends = tf.where(back < size, ends - offsets, 0)
        tokens = tf.reduce_sum(tf.cast(ends > 0, tf.int32), axis=1, keepdims=True)
        width = tf.maximum(tf.reduce_max(tokens), 1)
        places = tf.expand_dims(tf.range(width), 0)
        valid = places < tokens
        ends = take(ends, tf.maximum(tokens - 1 - places, 0))
        return take(previous, ends), ends, valid

    def _merge(self, table, ids, unknown, symbols):
        """Unknown tokens side by side become one."""
        repeated = unknown & shift_right(unknown, False)
        return kept_left(ids, tf.not_equal(ids, PADDING_ID) & tf.logical_not(repeated), PADDING_ID)

    def _bytes(self, table, ids, unknown, symbols):
        """Unknown tokens, one code point each, become the bytes of UTF-8."""
        size = 1 + sum(tf.cast(symbols >= limit, tf.int32) for limit in (0x80, 0x800, 0x10000))
        source, offset, valid = spread(tf.where(unknown, size, tf.cast(tf.not_equal(ids, PADDING_ID), tf.int32)))
        symbols, size = take(symbols, source), take(size, source)
        # every byte but the first carries six bits; the first says how many bytes there are
        shifted = tf.truncatediv(
            symbols, tf.gather(np.array([1, 64, 4096, 262144], np.int32), tf.maximum(size - 1 - offset, 0))
        )
        head = tf.gather(np.array([0, 0, 0xC0, 0xE0, 0xF0], np.int32), size)
        byte = tf.where(tf.equal(offset, 0), head + shifted, 0x80 + tf.math.floormod(shifted, 64))
        spelled = tf.gather(table["byte_ids"], tf.where(valid & take(unknown, source), byte, 0))
        return tf.where(valid, tf.where(take(unknown, source), spelled, take(ids, source)), PADDING_ID)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], None)

    def get_config(self) -> Config:
        config = super().get_config() | {
            "shapes": {name: list(shape) for name, shape in self.shapes.items()},
            "types": self.types,
            "first_id": self.first_id,
            "longest_piece": self.longest_piece,
            "unknown_id": self.unknown_id,
            "unknown_score": self.unknown_score,
        }
        # only where they say something: files of models without groups stay what they were
        if self.groups.starts:
            config |= {"groups": self.groups.get_config(), "vocabulary_size": self.vocabulary_size}
        return config


def _unpack(packed):
    """float32 scores of the int32 numbers that `exact_scores.pack` makes of them, to the bit."""
    mantissa = tf.bitwise.right_shift(packed, exact_scores.EXPONENT_BITS)
    exponent = packed - mantissa * exact_scores.NUM_EXPONENTS
    # the powers are scaled so that a file of float16 constants holds them exactly
    scaled = tf.cast(mantissa - exact_scores.OFFSET, tf.float32) * exact_scores.SCALE
    return scaled * tf.gather(exact_scores.POWERS, exponent)
