"""The longest-match-first segmentation of WordPiece inside of a graph."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers import fingerprint_lookup
from keras_i18n.layers.ragged_rows import kept_left, scattered, shift_right
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.tokenizers import fingerprints
from keras_i18n.tokenizers.word_characters import KIND_BITS, LETTER, SPACE, SYMBOL_BITS
from keras_i18n.tokenizers.wordpiece_tables import CONTINUES

TABLES = ("bucket_numbers", "first", "second", "ids")
PADDING_ID = -1


@keras.saving.register_keras_serializable(package="keras_i18n")
class WordPieceSegmentation(keras.layers.Layer):
    """Cuts words, from the left, into the longest pieces of a vocabulary.

    The longest piece at every place of every text is looked up at once, as a first piece where a word begins and as one
    that continues a word elsewhere. Which places the ways from the beginnings of words come by is found by doubling.

    Args:
        shapes: dict, table name -> shape, of the tables of `WordPieceTables`.
        longest_piece: in code points.
        unknown_id: token id of a word that no pieces spell.
        max_word_length: longer words, in code points, are unknown.
        max_word_bytes: words of more bytes of UTF-8 are unknown; None for any number.

    Input shape: `(batch, length)`, int32 symbols of a `WordCharacters`; the last of each row parts words.
    Output shape: `(batch, tokens)`, int32, padded with -1 on the right; at least one place wide.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers, tokenizers
    >>> from keras_i18n.tokenizers import wordpiece_tables
    >>> tokenizer = tokenizers.WordPieceTokenizer(["[UNK]", "to", "##day"])
    >>> tables = wordpiece_tables.build(tokenizer)
    >>> layer = layers.WordPieceSegmentation(
    ...     **layers.WordPieceSegmentation.config_of(tables), unknown_id=0, max_word_length=100
    ... )
    >>> layer.assign(tables)
    >>> symbols = layers.WordCharacters.from_tables(tokenizer.characters)(np.array([[ord(c) for c in "Today"]], "int32"))
    >>> np.array(layer(symbols)).tolist()
    [[1, 2]]
    """

    def __init__(
        self,
        shapes: Mapping[str, Any],
        *,
        longest_piece: int,
        unknown_id: int,
        max_word_length: int,
        max_word_bytes: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        self.shapes = {name: tuple(shapes[name]) for name in TABLES}
        self.longest_piece = int(longest_piece)
        self.unknown_id = int(unknown_id)
        self.max_word_length, self.max_word_bytes = int(max_word_length), max_word_bytes
        self.tables = {
            name: self.add_weight(
                name=name, shape=shape, dtype="int32", initializer="zeros", trainable=False, autocast=False
            )
            for name, shape in self.shapes.items()
        }

    @classmethod
    def config_of(cls, tables: Any) -> Config:
        """What of the config `WordPieceTables` decide."""
        return {
            "shapes": {name: getattr(tables, name).shape for name in TABLES},
            "longest_piece": tables.longest_piece,
        }

    def assign(self, tables: Any) -> None:
        """Takes over the numbers of `WordPieceTables`."""
        for name, variable in self.tables.items():
            variable.assign(getattr(tables, name))

    def build(self, input_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, symbols: Tensor) -> Tensor:
        shape = tf.shape(symbols)
        kinds = symbols - tf.bitwise.right_shift(symbols, KIND_BITS) * (1 << KIND_BITS)
        is_letter = tf.equal(kinds, LETTER)
        goes_on = tf.reshape(is_letter & shift_right(is_letter, False), [-1])
        # from here on all texts are one row, in which each ends with what parts words
        is_text = tf.reshape(kinds < SPACE, [-1])
        place = tf.range(tf.size(symbols))
        begins = tf.logical_not(goes_on)
        word = tf.cumsum(tf.cast(begins, tf.int32)) - 1
        count = tf.size(symbols)
        starts = scattered(tf.where(begins, word, count + 1), place, count + 1)
        rest = tf.where(is_text, tf.gather(starts, word + 1) - place, 0)  # code points up to the end of the word
        code_points = tf.bitwise.right_shift(tf.reshape(symbols, [-1]), SYMBOL_BITS)
        longest, ids = self._longest(code_points, goes_on, rest)

        begins &= is_text
        reached, spelled = _ways(begins, place, longest, rest)
        start = tf.gather(starts, word)
        fits = rest <= self.max_word_length
        if self.max_word_bytes is not None:
            fits &= _bytes_from(code_points, place, rest) <= self.max_word_bytes
        known = tf.gather(spelled & fits, start)
        ids = tf.where(known, ids, self.unknown_id)
        is_token = tf.where(known, reached, begins) & is_text
        return kept_left(tf.reshape(ids, shape), tf.reshape(is_token, shape), PADDING_ID)

    def _longest(self, code_points, goes_on, rest):
        """How long the longest piece at each place is, 0 where there is none, and its id."""
        table = {name: tf.convert_to_tensor(variable) for name, variable in self.tables.items()}
        count = tf.size(code_points)
        width = tf.maximum(tf.minimum(tf.reduce_max(rest), self.longest_piece), 1)
        codes = fingerprint_lookup.symbol_codes(tf.pad(code_points, [[0, self.longest_piece]]))
        codes = tf.gather(codes, tf.expand_dims(tf.range(count), 1) + tf.expand_dims(tf.range(width), 0))
        first, second = (
            tf.cumsum(codes * tf.constant(factors)[:width], axis=1)
            for factors in (fingerprints.FIRST_FACTORS, fingerprints.SECOND_FACTORS)
        )
        first += tf.expand_dims(tf.where(goes_on, CONTINUES, 0), 1)
        slot, found = fingerprint_lookup.find(first, second, table["bucket_numbers"], table["first"], table["second"])
        lengths = tf.expand_dims(tf.range(1, width + 1), 0)
        found &= lengths <= tf.expand_dims(rest, 1)
        longest = tf.reduce_max(tf.where(found, lengths, 0), axis=1)
        where = tf.range(count) * width + tf.maximum(longest - 1, 0)
        return longest, tf.gather(table["ids"], tf.gather(tf.reshape(slot, [-1]), where))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], None)

    def get_config(self) -> Config:
        return super().get_config() | {
            "shapes": {name: list(shape) for name, shape in self.shapes.items()},
            "longest_piece": self.longest_piece,
            "unknown_id": self.unknown_id,
            "max_word_length": self.max_word_length,
            **({} if self.max_word_bytes is None else {"max_word_bytes": self.max_word_bytes}),
        }


def _bytes_from(code_points, place, rest):
    """Bytes of UTF-8 from each place to the end of its word."""
    sizes = sum(tf.cast(code_points >= least, tf.int32) for least in (0, 0x80, 0x800, 0x10000))
    before = tf.pad(tf.cumsum(sizes), [[1, 0]])
    return tf.gather(before, place + rest) - tf.gather(before, place)


def _ways(begins, place, longest, rest):
    """Which places pieces begin at, on the ways from the beginnings of words, and which ways come to their end."""
    count = tf.size(place)
    failed, done = count, count + 1
    jumps = tf.where(tf.equal(longest, 0), failed, tf.where(tf.equal(longest, rest), done, place + longest))
    jumps = tf.concat([jumps, tf.stack([failed, done])], axis=0)
    first = reached = tf.concat([begins, [False, False]], axis=0)

    def body(size, jumps, reached):
        further = scattered(tf.where(reached, jumps, count + 2), tf.ones_like(jumps), count + 2) > 0
        return size * 2, tf.gather(jumps, jumps), reached | further

    # `jumps` goes `size` pieces on; done when that leads from all beginnings to an end
    _, jumps, reached = tf.while_loop(
        lambda size, jumps, reached: (size < count) & tf.reduce_any(first & (jumps < count)),
        body,
        [1, jumps, reached],
        shape_invariants=[tf.TensorShape([]), *[tf.TensorShape([None])] * 2],
    )
    return reached[:count], tf.equal(jumps[:count], done)
