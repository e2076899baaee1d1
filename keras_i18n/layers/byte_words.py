"""Code points to the bytes of their words, inside of a graph."""

from typing import Any, Self

import keras
import tensorflow as tf

from keras_i18n.layers.canonical_composition import CanonicalComposition
from keras_i18n.layers.ragged_rows import spread_positive
from keras_i18n.layers.special_tokens import with_special_tokens
from keras_i18n.layers.text_normalization import clean_code_points
from keras_i18n.layers.utf8 import byte_at, byte_counts
from keras_i18n.layers.word_beginnings import beginnings, shifted
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown
from keras_i18n.tokenizers.byte_pair import BytePairTokenizer
from keras_i18n.tokenizers.piece_tokenizer import SPECIAL
from keras_i18n.tokenizers.word_patterns import END, NUM_PAGES, PAGE_BITS, PATTERNS, classes


@keras.saving.register_keras_serializable(package="keras_i18n")
class ByteWords(keras.layers.Layer):
    """Turns raw code points into the pieces that byte-level BPE begins with, one a byte, and tells where words begin.

    Args:
        pattern: "gpt2", "llama3" or "qwen2": how words are found, a row of `tokenizers.word_patterns.PATTERNS`.
        num_cells: size of the table of classes of characters.
        prefix_space: whether a text that does not begin with a space gets one.
        special_tokens: texts that become one piece each, found before all else; none may overlap another one.
        strip_left, strip_right: those of them that swallow white space before, or after them.
        composition: config of a `CanonicalComposition` by which texts go first, or None.

    Input shape: `(batch, length)`, int32 code points, padded with 0 on the right; any number at all is accepted.
    Output: pieces, int32 `(count,)`, all bytes of all texts in one row; bool `(count,)`, whether a word begins there;
        int32 `(count,)`, which text it is of. After the last text stands one more, with the number of texts.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers, tokenizers
    >>> tokenizer = tokenizers.BytePairTokenizer(tokenizers.byte_pair.ALPHABET, [])
    >>> pieces, begins, row = layers.ByteWords.from_tokenizer(tokenizer)(np.array([[*map(ord, "a é")]], "int32"))
    >>> pieces.numpy()[:-1].tolist(), begins.numpy()[:-1].tolist()
    ([97, 32, 195, 169], [True, True, False, False])
    """

    def __init__(
        self,
        *,
        pattern: str,
        num_cells: int,
        prefix_space: bool = False,
        special_tokens: Any = (),
        strip_left: Any = (),
        strip_right: Any = (),
        composition: Config | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        if pattern not in PATTERNS:
            raise ValueError(f"`pattern` must be one of {', '.join(map(repr, PATTERNS))}. Received: {shown(pattern)}.")
        self.pattern, self.prefix_space = pattern, bool(prefix_space)
        self.num_cells, self.special_tokens = int(num_cells), tuple(special_tokens)
        self.strip_left, self.strip_right = tuple(strip_left), tuple(strip_right)
        self.composition: Any = None if composition is None else CanonicalComposition.from_config(composition)
        sizes = {"page_offsets": NUM_PAGES, "cells": self.num_cells, "byte_ids": 256}
        if self.special_tokens:
            sizes["special_ids"] = len(self.special_tokens)
        self.tables = {
            name: self.add_weight(
                name=name, shape=(size,), dtype="int32", initializer="zeros", trainable=False, autocast=False
            )
            for name, size in sizes.items()
        }

    @classmethod
    def from_tokenizer(cls, tokenizer: BytePairTokenizer) -> Self:
        """The layer of a `BytePairTokenizer`."""
        offsets, cells = classes()
        composition = CanonicalComposition.create() if tokenizer.compose else None
        layer = cls(
            pattern=tokenizer.pattern,
            num_cells=len(cells),
            prefix_space=tokenizer.prefix_space,
            special_tokens=tokenizer.special_tokens,
            strip_left=tokenizer.strip_left,
            strip_right=tokenizer.strip_right,
            composition=None if composition is None else composition.get_config(),
        )
        if composition is not None:
            layer.composition.set_weights(composition.get_weights())
        number_of = {piece: number for number, piece in enumerate(tokenizer.pieces)}
        special_ids = [number_of[token] for token in tokenizer.special_tokens]
        values = {"page_offsets": offsets, "cells": cells, "byte_ids": tokenizer.byte_ids, "special_ids": special_ids}
        for name, variable in layer.tables.items():
            variable.assign(values[name])
        return layer

    def build(self, input_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, code_points: Tensor) -> Any:
        # two more columns: every text has an end, and after the last one there is one more
        code_points = clean_code_points(tf.pad(tf.cast(code_points, tf.int32), [[0, 0], [0, 1]]))
        code_points = with_special_tokens(code_points, self.special_tokens, self.strip_left, self.strip_right)
        if self.composition is not None:
            code_points = tf.pad(self.composition(code_points), [[0, 0], [0, 1]])
        shape = tf.shape(code_points)
        row = tf.truncatediv(tf.range(shape[0] * shape[1] + 1), shape[1])
        code_points = tf.concat([tf.reshape(code_points, [-1]), [0]], axis=0)
        table = {name: tf.convert_to_tensor(variable) for name, variable in self.tables.items()}
        kind = self._kinds(table, code_points)
        if self.prefix_space:
            code_points, kind, row = self._with_prefix_spaces(table, code_points, kind, row)
        begins = beginnings(code_points, kind, PATTERNS[self.pattern])
        # the last end stays
        kept = tf.not_equal(code_points, 0) | tf.equal(row, shape[0])
        kept = tf.cast(tf.reshape(tf.where(kept), [-1]), tf.int32)
        code_points, begins, row = (tf.gather(values, kept) for values in (code_points, begins, row))
        code_points, begins, row = tf.cond(
            tf.reduce_any(code_points >= 0x80),
            lambda: self._in_bytes(table, code_points, begins, row),
            lambda: (tf.gather(table["byte_ids"], code_points), begins, row),
        )
        return code_points, begins, row

    def _kinds(self, table, code_points):
        page = tf.gather(table["page_offsets"], tf.bitwise.right_shift(code_points, PAGE_BITS))
        return tf.gather(table["cells"], page + code_points)

    def _with_prefix_spaces(self, table, code_points, kind, row):
        first = tf.equal(shifted(kind, 1), END) & tf.not_equal(kind, END) & tf.not_equal(code_points, ord(" "))
        source, place, _ = spread_positive(tf.expand_dims(1 + tf.cast(first, tf.int32), 0))
        source, place = source[0], place[0]
        is_space = tf.gather(first, source) & tf.equal(place, 0)
        code_points = tf.where(is_space, ord(" "), tf.gather(code_points, source))
        return code_points, self._kinds(table, code_points), tf.gather(row, source)

    def _in_bytes(self, table, code_points, begins, row):
        is_special = (code_points >= SPECIAL) & (code_points < SPECIAL + 0x800)
        lengths = tf.where(is_special, 1, byte_counts(code_points))
        source, place, _ = spread_positive(tf.expand_dims(lengths, 0))
        source, place = source[0], place[0]
        code_point = tf.gather(code_points, source)
        byte = byte_at(code_point, tf.gather(lengths, source), place)
        if self.special_tokens:
            special = tf.gather(is_special, source)
            pieces = tf.gather(table["byte_ids"], tf.where(special, 0, byte))
            number = tf.where(special, code_point - SPECIAL, 0)
            pieces = tf.where(special, tf.gather(table["special_ids"], number), pieces)
        else:
            pieces = tf.gather(table["byte_ids"], byte)
        return pieces, tf.gather(begins, source) & tf.equal(place, 0), tf.gather(row, source)

    def compute_output_spec(self, code_points: Tensor) -> Any:
        return tuple(keras.KerasTensor((None,), dtype=dtype) for dtype in ("int32", "bool", "int32"))

    def get_config(self) -> Config:
        return super().get_config() | {
            "pattern": self.pattern,
            "num_cells": self.num_cells,
            "prefix_space": self.prefix_space,
            "special_tokens": list(self.special_tokens),
            "strip_left": list(self.strip_left),
            "strip_right": list(self.strip_right),
            "composition": None if self.composition is None else self.composition.get_config(),
        }
