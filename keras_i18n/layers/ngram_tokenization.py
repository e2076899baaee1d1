from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers.canonical_composition import CanonicalComposition
from keras_i18n.layers.whole_number_tables import add_tables
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers.character_table import (
    BOUNDARY,
    DELTA_ZERO,
    DROPPED,
    END_OF_TABLE,
    NUM_CODE_POINTS,
    PAGE_BITS,
    SOLO,
)
from keras_i18n.tokenizers.kept_buckets import RANKS
from keras_i18n.tokenizers.ngram import NgramTokenizer
from keras_i18n.tokenizers.ngram_hashing import CHAIN, MIXERS, WORD_CHAIN, WORD_POWERS, salts

_NUM_PAGES = (END_OF_TABLE >> PAGE_BITS) + 1


@keras.saving.register_keras_serializable(package="keras_i18n")
class NgramTokenization(keras.layers.Layer):
    """An `NgramTokenizer` made of built-in operators: raw code points to the very ids of its `tokenize`.

    Make it with `NgramTokenization.from_tokenizer(tokenizer)`. The tables over code points are weights that do not
    train, so every file of a model carries them.

    Args:
        num_buckets, word_lengths, ngram_lengths, seed: as the tokenizer has them.
        num_cells: size of the table of characters.
        max_tokens: keep at most so many ids of a text; None for all.
        compact: True moves the ids of a text to the left, as the tokenizer gives them. False saves that step: padding
            may stand anywhere. Enough for pooling, where order and padding change nothing.
        composition: config of the `CanonicalComposition` that texts pass first; None for none.
        num_kept: how many buckets have ids where not all of them do; None for all.

    Input shape: `(batch, length)`, int32 code points, padded with 0; any number at all is accepted.
    Output shape: `(batch, tokens)`, int32; padding is -1; there is at least one column.

    Raises:
        ValueError: for `max_tokens` without `compact`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers, tokenizers
    >>> tokenizer = tokenizers.NgramTokenizer(num_buckets=100, ngram_lengths=(3,))
    >>> layer = layers.NgramTokenization.from_tokenizer(tokenizer)
    >>> ids = layer(np.array([[ord(character) for character in "héllo"]], "int32"))
    >>> bool((np.array(ids)[0] == tokenizer.tokenize(["héllo"])[0]).all())
    True
    """

    def __init__(
        self,
        *,
        num_buckets: int,
        word_lengths: Sequence[int],
        ngram_lengths: Sequence[int],
        num_cells: int,
        seed: int = 0,
        max_tokens: int | None = None,
        compact: bool = True,
        composition: Config | None = None,
        num_kept: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "trainable": False})
        if max_tokens is not None and (max_tokens < 1 or not compact):
            raise ValueError(
                f"`max_tokens` must be at least 1, and needs compact=True. Received: {shown(max_tokens)}, compact={cut(compact)}."
            )
        self.num_buckets = int(num_buckets)
        self.word_lengths = tuple(word_lengths)
        self.ngram_lengths = tuple(ngram_lengths)
        self.num_cells = int(num_cells)
        self.seed = int(seed)
        self.max_tokens = max_tokens
        self.compact = compact
        self.composition: Any = None if composition is None else CanonicalComposition.from_config(composition)
        self.num_kept = None if num_kept is None else int(num_kept)

    @classmethod
    def from_tokenizer(cls, tokenizer: NgramTokenizer, **options: Any) -> Self:
        """The layer of an `NgramTokenizer`; `options` are `max_tokens`, `compact` and those of every layer."""
        composition = CanonicalComposition.create() if tokenizer.compose else None
        layer = cls(
            num_buckets=tokenizer.num_buckets,
            word_lengths=tokenizer.word_lengths,
            ngram_lengths=tokenizer.ngram_lengths,
            num_cells=len(tokenizer.table.cells),
            seed=tokenizer.seed,
            composition=composition and composition.get_config(),
            num_kept=None if tokenizer.kept is None else tokenizer.kept.count,
            **options,
        )
        layer.build()
        if composition:
            layer.composition.set_weights(composition.get_weights())
        layer.page_offsets.assign(tokenizer.table.page_offsets)
        layer.cells.assign(tokenizer.table.cells)
        if tokenizer.kept is not None:
            for name, table in tokenizer.kept.tables().items():
                getattr(layer, name).assign(table)
        return layer

    def build(self, code_points_shape: Shape | None = None) -> None:
        self.page_offsets = self.add_weight(
            name="page_offsets", shape=(_NUM_PAGES,), dtype="int32", initializer="zeros", trainable=False
        )
        self.cells = self.add_weight(
            name="cells", shape=(self.num_cells,), dtype="int32", initializer="zeros", trainable=False
        )
        if self.num_kept is not None:
            num_bytes = -(-self.num_buckets // 8)
            shapes = {"kept_bits": num_bytes, "kept_before": num_bytes, "kept_blocks": -(-num_bytes // 32)}
            types = dict.fromkeys(("kept_bits", "kept_before"), "uint8")
            for name, weight in add_tables(self, {name: (size,) for name, size in shapes.items()}, types).items():
                setattr(self, name, weight)
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        if self.composition is not None:
            code_points = self.composition(code_points)
        symbols = _without_dropped(*self._symbols(tf.cast(code_points, tf.int32)))
        longest = max(self.ngram_lengths, default=1)
        # a boundary on the left, and enough of them on the right for the longest window to start at the last character
        line = tf.pad(symbols, [[0, 0], [1, max(longest - 1, 1)]])
        num_starts = tf.shape(symbols)[1] + 1
        features = [*self._words(line), *self._ngrams(line, num_starts)]
        kinds = salts(self.seed, self.word_lengths, self.ngram_lengths)
        hashes = [values + salt for (values, _), salt in zip(features, kinds, strict=True)]
        ids = _bucket(tf.concat(hashes, axis=1), self.num_buckets)
        is_token = tf.concat([inside for _, inside in features], axis=1)
        if self.num_kept is not None:
            ids, has_id = self._ranks(ids)
            is_token = tf.logical_and(is_token, has_id)
        if not self.compact:
            return tf.where(is_token, ids, -1)
        return _compacted(ids, is_token, self.max_tokens)

    def _ranks(self, buckets):
        """`KeptBuckets.ranks` of buckets, and whether they are kept."""
        byte = tf.bitwise.right_shift(buckets, 3)
        bits, before = (tf.cast(tf.gather(table.value, byte), tf.int32) for table in (self.kept_bits, self.kept_before))
        in_byte = tf.cast(tf.gather(RANKS, 8 * bits + buckets - 8 * byte), tf.int32)
        block = tf.gather(self.kept_blocks.value, tf.bitwise.right_shift(byte, 5))
        return block + before + in_byte, in_byte >= 0

    def _symbols(self, code_points):
        """`(symbols, kinds)` of each code point, as `character_table.symbols` has them."""
        is_code_point = tf.logical_and(code_points >= 0, code_points < NUM_CODE_POINTS)
        code_points = tf.where(is_code_point, code_points, 0)
        place = tf.minimum(code_points, END_OF_TABLE)
        page = tf.bitwise.right_shift(place, PAGE_BITS)
        cell = tf.gather(self.cells, tf.gather(self.page_offsets, page) + place)
        kinds = cell - tf.bitwise.right_shift(cell, 2) * 4
        symbols = tf.where(tf.equal(kinds, BOUNDARY), 0, cell + 4 * (code_points - DELTA_ZERO))
        return symbols, kinds

    def _words(self, line):
        """`(hashes, is_token)` of each length of `word_lengths`; words lie on the left."""
        if not self.word_lengths:
            return
        line, previous = line[:, 1:], line[:, :-1]
        is_letter = line > 0
        stands_alone = tf.logical_or(_is_solo(line), _is_solo(previous))
        follows = tf.logical_and(previous > 0, tf.logical_not(stands_alone))
        begins = tf.logical_and(is_letter, tf.logical_not(follows))
        word = tf.cumsum(tf.cast(begins, tf.int32), axis=1)  # 1 for the first word
        num_words = word[:, -1:]
        batch, length = tf.unstack(tf.shape(line))
        rows = tf.expand_dims(tf.range(batch), 1)
        position = tf.expand_dims(tf.range(length), 0)
        # where each word starts; the slot after the last word holds the end of the line
        begins = tf.logical_or(begins, tf.equal(position, length - 1))
        num_slots = tf.maximum(tf.reduce_max(num_words), 0) + 1  # of no text the largest is the least number there is
        starts = _moved_left(position + tf.zeros_like(line), begins, num_slots)
        place = position - tf.gather(starts, tf.maximum(word - 1, 0) + rows * num_slots)
        place = tf.minimum(tf.maximum(place, 0), len(WORD_POWERS) - 1)
        before = tf.cumsum(line * tf.gather(WORD_POWERS, place), axis=1, exclusive=True)
        starts = tf.reshape(starts, tf.stack([batch, num_slots])) + rows * length
        before = tf.gather(tf.reshape(before, (-1,)), starts)
        words = before[:, 1:] - before[:, :-1]
        numbers = tf.expand_dims(tf.range(num_slots - 1), 0)
        runs = words
        for length in range(1, max(self.word_lengths) + 1):
            if length > 1:
                runs = runs * WORD_CHAIN + tf.pad(words, [[0, 0], [0, length - 1]])[:, length - 1 :]
            if length in self.word_lengths:
                yield runs, numbers < num_words - (length - 1)

    def _ngrams(self, line, num_starts):
        """`(hashes, is_token)` of each length of `ngram_lengths`, at the place where the n-gram starts."""
        is_letter = line > 0
        for length in range(1, max(self.ngram_lengths, default=0) + 1):
            last = line[:, length - 1 : length - 1 + num_starts]
            if length == 1:
                hashes, inside = last, is_letter[:, :num_starts]
            else:
                hashes = hashes * CHAIN + last
            if length == 2:
                inside = tf.logical_or(is_letter[:, :num_starts], is_letter[:, 1 : 1 + num_starts])
            elif length == 3:
                inside = is_letter[:, 1 : 1 + num_starts]
            elif length > 3:
                inside = tf.logical_and(inside, is_letter[:, length - 2 : length - 2 + num_starts])
            if length in self.ngram_lengths:
                yield hashes, inside

    def compute_output_spec(self, code_points: Tensor) -> Tensor:
        return keras.KerasTensor((code_points.shape[0], None), dtype="int32")

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "num_buckets": self.num_buckets,
            "word_lengths": self.word_lengths,
            "ngram_lengths": self.ngram_lengths,
            "num_cells": self.num_cells,
            "seed": self.seed,
            "max_tokens": self.max_tokens,
            "compact": self.compact,
            "composition": self.composition and self.composition.get_config(),
            "num_kept": self.num_kept,
        }


def _is_solo(symbols):
    return tf.equal(symbols - tf.bitwise.right_shift(symbols, 2) * 4, SOLO)


def _without_dropped(symbols, kinds):
    """Closes the gaps that dropped characters leave."""
    is_kept = tf.not_equal(kinds, DROPPED)
    batch, length = tf.unstack(tf.shape(symbols))
    return tf.reshape(_moved_left(symbols, is_kept, length), tf.stack([batch, length]))


def _compacted(ids, is_token, max_tokens):
    counts = tf.reduce_sum(tf.cast(is_token, tf.int32), axis=1)
    longest = tf.maximum(tf.reduce_max(counts), 1)
    if max_tokens is not None:
        longest = tf.minimum(longest, max_tokens)
    return tf.reshape(_moved_left(ids + 1, is_token, longest) - 1, tf.stack([tf.shape(ids)[0], longest]))


def _moved_left(values, is_kept, length):
    """The kept values of each row in its first `length` places, zeros after them; flat."""
    batch = tf.shape(values)[0]
    rank = tf.cumsum(tf.cast(is_kept, tf.int32), axis=1) - 1
    fits = tf.logical_and(is_kept, rank < length)
    nowhere = batch * length  # one more place, for all that is not kept
    places = tf.where(fits, rank + tf.expand_dims(tf.range(batch) * length, 1), nowhere)
    flat = tf.scatter_nd(
        tf.reshape(places, (-1, 1)), tf.reshape(tf.where(fits, values, 0), (-1,)), tf.reshape(nowhere + 1, (1,))
    )
    return flat[:-1]


def _not_negative(hashes):
    return tf.where(hashes < 0, -1 - hashes, hashes)


def _bucket(hashes, num_buckets):
    """`ngram_hashing.bucket`, operator by operator."""
    for shift, mixer in zip((16, 15), MIXERS, strict=True):
        hashes = _not_negative(hashes)
        hashes = tf.bitwise.bitwise_xor(hashes, tf.bitwise.right_shift(hashes, shift)) * mixer
    hashes = _not_negative(hashes)
    hashes = tf.bitwise.bitwise_xor(hashes, tf.bitwise.right_shift(hashes, 16))
    return tf.math.floormod(hashes, np.int32(num_buckets))
