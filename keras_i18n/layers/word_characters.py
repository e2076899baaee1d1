"""What code points become before words are cut, inside of a graph."""

from collections.abc import Sequence
from typing import Any, Self

import keras
import tensorflow as tf

from keras_i18n.layers.canonical_composition import CanonicalComposition
from keras_i18n.layers.ragged_rows import kept_left, spread_positive, take
from keras_i18n.layers.special_tokens import with_special_tokens
from keras_i18n.layers.text_normalization import clean_code_points
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.tokenizers.word_characters import (
    DELTA_ZERO,
    DROPPED,
    END_OF_TEXT,
    KIND_BITS,
    LEADS,
    LENGTH_BITS,
    LETTER,
    NUM_PAGES,
    ORDER_BITS,
    PAGE_BITS,
    SYLLABLES,
    SYMBOL_BITS,
    TAILS,
    VOWELS,
)
from keras_i18n.tokenizers.word_characters import WordCharacters as Tables


@keras.saving.register_keras_serializable(package="keras_i18n")
class WordCharacters(keras.layers.Layer):
    """Turns raw code points into the symbols of words, as the tables of `tokenizers.word_characters` have them.

    A symbol tells a code point, folded as the tokenizer folds it, and whether it belongs to a word, is a word of its
    own, or parts words. Marks are sorted; what leaves no trace is gone. A special token becomes one symbol.

    Args:
        num_cells, num_parts: sizes of the two tables.
        special_tokens: texts that become one symbol each, found before all else; none may overlap another one.
        composition: config of a `CanonicalComposition` by which the symbols of each word go at last, or None.

    Input shape: `(batch, length)`, int32 code points, padded with 0 on the right; any number at all is accepted.
    Output shape: `(batch, new length)`, int32 symbols, padded with the symbol of the end of a text; each row has one.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> from keras_i18n.tokenizers import word_characters
    >>> tables = word_characters.hugging_face(lowercase=True, strip_accents=True, split_ideographs=True)
    >>> layer = layers.WordCharacters.from_tables(tables)
    >>> symbols = np.array(layer(np.array([[ord("É"), ord("L")]], "int32")))[0]
    >>> "".join(chr(symbol // 64) for symbol in symbols[:2])
    'el'
    """

    def __init__(
        self,
        *,
        num_cells: int,
        num_parts: int,
        special_tokens: Sequence[str] = (),
        composition: Config | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        self.num_cells, self.num_parts = int(num_cells), int(num_parts)
        self.special_tokens = tuple(special_tokens)
        self.composition: Any = None if composition is None else CanonicalComposition.from_config(composition)
        self.tables = {
            name: self.add_weight(
                name=name, shape=(size,), dtype="int32", initializer="zeros", trainable=False, autocast=False
            )
            for name, size in (("page_offsets", NUM_PAGES), ("cells", self.num_cells), ("pool", self.num_parts))
        }

    @classmethod
    def from_tables(cls, tables: Tables, special_tokens: Sequence[str] = (), *, compose: bool = False) -> Self:
        """The layer of `tokenizers.word_characters.WordCharacters`; `compose` brings words into form C."""
        composition = CanonicalComposition.create(unicode_version=tables.unicode_version) if compose else None
        layer = cls(
            num_cells=len(tables.cells),
            num_parts=len(tables.pool),
            special_tokens=special_tokens,
            composition=None if composition is None else composition.get_config(),
        )
        if composition is not None:
            layer.composition.set_weights(composition.get_weights())
        for name, variable in layer.tables.items():
            variable.assign(getattr(tables, name))
        return layer

    def build(self, code_points_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        # one more column, so that every text has an end
        code_points = clean_code_points(tf.pad(tf.cast(code_points, tf.int32), [[0, 0], [0, 1]]))
        code_points = with_special_tokens(code_points, self.special_tokens)
        table = {name: tf.convert_to_tensor(variable) for name, variable in self.tables.items()}
        page = tf.bitwise.right_shift(code_points, PAGE_BITS)
        cells = tf.gather(table["cells"], tf.gather(table["page_offsets"], page) + code_points)
        symbols = cells + (code_points - DELTA_ZERO) * (1 << SYMBOL_BITS)
        symbols = tf.cond(
            tf.reduce_any(cells < 0), lambda: _spread_out(table["pool"], code_points, cells, symbols), lambda: symbols
        )
        order = tf.bitwise.right_shift(_lower(symbols, SYMBOL_BITS), KIND_BITS)
        symbols = tf.cond(tf.reduce_any(order > 1), lambda: _ordered(symbols, order), lambda: symbols)
        dropped = tf.equal(_lower(symbols, KIND_BITS), DROPPED)
        symbols = tf.cond(
            tf.reduce_any(dropped),
            lambda: kept_left(symbols, tf.logical_not(dropped), END_OF_TEXT),
            lambda: symbols,
        )
        return symbols if self.composition is None else _composed_words(symbols, self.composition)

    def compute_output_spec(self, code_points: Tensor) -> Tensor:
        return keras.KerasTensor((code_points.shape[0], None), dtype="int32")

    def get_config(self) -> Config:
        return super().get_config() | {
            "num_cells": self.num_cells,
            "num_parts": self.num_parts,
            "special_tokens": list(self.special_tokens),
            "composition": None if self.composition is None else self.composition.get_config(),
        }


def _lower(numbers, bits):
    """The lowest bits of numbers that are not negative; of negative ones, what is not used."""
    return numbers - tf.bitwise.right_shift(numbers, bits) * (1 << bits)


def _spread_out(pool, code_points, cells, symbols):
    """The symbols of code points that become several, among the others."""
    numbers = tf.maximum(-cells, 0)
    counts = tf.where(cells < 0, _lower(numbers, LENGTH_BITS), 1)
    source, place, valid = spread_positive(counts)
    start = take(tf.bitwise.right_shift(numbers, LENGTH_BITS), source)
    several = take(cells, source) < 0
    of_pool = tf.gather(pool, tf.where(valid & several, start + place, 0))
    syllable = take(code_points, source) - SYLLABLES[0]
    syllable = tf.where((syllable >= 0) & (syllable < SYLLABLES[1]), syllable, 0)
    block = tf.truncatediv(syllable, 28)
    lead = tf.truncatediv(block, 21)
    vowel, tail = VOWELS + block - lead * 21, TAILS + syllable - block * 28
    part = tf.where(tf.equal(place, 0), LEADS + lead, tf.where(tf.equal(place, 1), vowel, tail))
    parts = tf.where(start > 0, of_pool, part * (1 << SYMBOL_BITS))
    return tf.where(valid, tf.where(several, parts, take(symbols, source)), END_OF_TEXT)


def _composed_words(symbols, composition):
    """Letters in normal form C, word by word: between words stand zeros, which compose with nothing and stay in order."""
    is_letter = tf.equal(_lower(symbols, KIND_BITS), LETTER)
    parting = kept_left(symbols, tf.logical_not(is_letter), END_OF_TEXT)
    code_points = composition(tf.where(is_letter, tf.bitwise.right_shift(symbols, SYMBOL_BITS), 0))
    is_parting = tf.equal(code_points, 0)
    rank = tf.cumsum(tf.cast(is_parting, tf.int32), axis=1) - 1
    last = tf.shape(parting)[1] - 1
    parting = tf.where(rank <= last, take(parting, tf.clip_by_value(rank, 0, last)), END_OF_TEXT)
    return tf.where(is_parting, parting, code_points * (1 << SYMBOL_BITS) + LETTER)


def _ordered(symbols, order):
    """Marks in the order of their classes, those of one class in the order that they had."""
    runs = tf.cumsum(tf.cast(tf.equal(order, 0), tf.int32), axis=1)
    # of equal numbers every runtime takes the left one first
    _, sequence = tf.math.top_k(-(runs * (1 << ORDER_BITS) + order), k=tf.shape(symbols)[1])
    return take(symbols, sequence)
