from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers.canonical_composition import CanonicalComposition
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown
from keras_i18n.tokenizers.character import CharacterTokenizer

_PAGE_BITS = 7
_NOT_TEXT = 0xFFFD  # what numbers that are no code points count as


@keras.saving.register_keras_serializable(package="keras_i18n")
class CharacterTokenization(keras.layers.Layer):
    """A `CharacterTokenizer` made of built-in operators: raw code points to the very ids of its `tokenize`.

    Make it with `CharacterTokenization.from_tokenizer(tokenizer)`. The tables over code points are weights that do not
    train, so every file of a model carries them.

    Args:
        num_pages: pages of 128 code points, from U+0000 to the highest character of the vocabulary.
        num_cells: size of the table of ids; pages without a character share one.
        begin_id, end_id: put around each text; None for neither.
        unknown_id: id of all other characters.
        max_tokens: keep at most so many ids of a text, the end piece among them; None for all.
        composition: config of the `CanonicalComposition` that texts pass first; None for none.

    Input shape: `(batch, length)`, int32 code points, padded with 0; any number at all is accepted.
    Output shape: `(batch, tokens)`, int32; padding is -1; there is at least one column.

    Raises:
        ValueError: `max_tokens` leaves no room.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers, tokenizers
    >>> tokenizer = tokenizers.CharacterTokenizer("aehlo")
    >>> layer = layers.CharacterTokenization.from_tokenizer(tokenizer)
    >>> ids = layer(np.array([[ord(character) for character in "hello!"]], "int32"))
    >>> bool((np.array(ids)[0] == tokenizer.tokenize(["hello!"])[0]).all())
    True
    """

    def __init__(
        self,
        *,
        num_pages: int,
        num_cells: int,
        begin_id: int | None,
        end_id: int | None,
        unknown_id: int,
        max_tokens: int | None = None,
        composition: Config | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "trainable": False})
        self.num_pages = int(num_pages)
        self.num_cells = int(num_cells)
        self.begin_id = begin_id
        self.end_id = end_id
        self.unknown_id = int(unknown_id)
        self.max_tokens = max_tokens
        self.composition: Any = None if composition is None else CanonicalComposition.from_config(composition)
        special = (begin_id is not None) + (end_id is not None)
        if max_tokens is not None and max_tokens < max(special, 1):
            raise ValueError(f"`max_tokens` must be at least {max(special, 1)}. Received: {shown(max_tokens)}.")

    @classmethod
    def from_tokenizer(cls, tokenizer: CharacterTokenizer, **options: Any) -> Self:
        """The layer of a `CharacterTokenizer`; `options` are `max_tokens` and those of every layer."""
        page_starts, cells = _tables(tokenizer)
        composition = CanonicalComposition.create() if tokenizer.compose else None
        layer = cls(
            num_pages=len(page_starts),
            num_cells=len(cells),
            begin_id=tokenizer.begin_id if tokenizer.begin else None,
            end_id=tokenizer.end_id if tokenizer.end else None,
            unknown_id=tokenizer.unknown_id,
            composition=composition and composition.get_config(),
            **options,
        )
        layer.build()
        if composition:
            layer.composition.set_weights(composition.get_weights())
        layer.page_starts.assign(page_starts)
        layer.cells.assign(cells)
        return layer

    def build(self, code_points_shape: Shape | None = None) -> None:
        def add(name, size):
            return self.add_weight(name=name, shape=(size,), dtype="int32", initializer="zeros", trainable=False)

        self.page_starts = add("page_starts", self.num_pages)
        self.cells = add("cells", self.num_cells)
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        if self.composition is not None:
            code_points = self.composition(code_points)
        # one more column, so that a batch without any has a longest text too
        code_points = tf.pad(tf.cast(code_points, tf.int32), [[0, 0], [0, 1]])
        position = tf.expand_dims(tf.range(tf.shape(code_points)[1]), 0)
        ends = tf.where(tf.equal(code_points, 0), 0, position + 1)
        lengths = tf.reduce_max(ends, axis=1, keepdims=True)  # zeros inside of a text are part of it
        ids = self._ids(code_points)
        before, after = self.begin_id is not None, self.end_id is not None
        if self.max_tokens is not None:
            lengths = tf.minimum(lengths, self.max_tokens - before - after)
        if before:
            ids = tf.pad(ids, [[0, 0], [1, 0]], constant_values=self.begin_id)
            lengths = lengths + 1
            position = tf.pad(position, [[0, 0], [1, 0]], constant_values=-1) + 1
        ids = tf.where(position < lengths, ids, -1)
        if after:
            ids = tf.where(tf.equal(position, lengths), self.end_id, ids)
            lengths = lengths + 1
        return ids[:, : tf.maximum(tf.reduce_max(lengths), 1)]

    def _ids(self, code_points):
        is_surrogate = tf.logical_and(code_points >= 0xD800, code_points <= 0xDFFF)
        is_text = tf.logical_and(tf.logical_and(code_points > 0, code_points <= 0x10FFFF), tf.logical_not(is_surrogate))
        code_points = tf.where(is_text, code_points, _NOT_TEXT)
        page = tf.bitwise.right_shift(code_points, _PAGE_BITS)
        inside = page < self.num_pages
        start = tf.gather(self.page_starts, tf.where(inside, page, 0))
        place = tf.where(inside, start + code_points - page * (1 << _PAGE_BITS), 0)
        return tf.where(inside, tf.gather(self.cells, place), self.unknown_id)

    def compute_output_spec(self, code_points: Tensor) -> Tensor:
        return keras.KerasTensor((code_points.shape[0], None), dtype="int32")

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "num_pages": self.num_pages,
            "num_cells": self.num_cells,
            "begin_id": self.begin_id,
            "end_id": self.end_id,
            "unknown_id": self.unknown_id,
            "max_tokens": self.max_tokens,
            "composition": self.composition and self.composition.get_config(),
        }


def _tables(tokenizer):
    """Where the page of each 128 code points starts, and the ids of all pages; those without a character are one."""
    code_points = np.array([ord(character) for character in tokenizer.characters])
    size = 1 << _PAGE_BITS
    num_pages = int(code_points.max() >> _PAGE_BITS) + 1
    ids = np.full((num_pages, size), tokenizer.unknown_id, np.int32)
    first = tokenizer.vocabulary_size - len(code_points)
    ids.reshape(-1)[code_points] = first + np.arange(len(code_points))
    pages, page_of = np.unique(ids, axis=0, return_inverse=True)
    return (page_of.reshape(-1) * size).astype(np.int32), pages.reshape(-1)
