from collections.abc import Mapping, Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers import fingerprint_lookup
from keras_i18n.layers.ragged_rows import kept_left, scattered, shift_right, take
from keras_i18n.layers.text_normalization import clean_code_points
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import cut
from keras_i18n.tokenizers import text_vectorization_tables
from keras_i18n.tokenizers.text_vectorization import PUNCTUATION, WHITE_SPACE, TextVectorizationTokenizer
from keras_i18n.tokenizers.text_vectorization_tables import CHAINS

TABLES = ("bucket_numbers", "first", "second", "ids", "first_factors", "second_factors")
PADDING_ID = -1
_ASCII = 128
_IS_PUNCTUATION = np.array([chr(c) in PUNCTUATION for c in range(_ASCII)] + [False])
_IS_SPACE = np.array([c == 0 or chr(c) in WHITE_SPACE for c in range(_ASCII)] + [False])


@keras.saving.register_keras_serializable(package="keras_i18n")
class TextVectorizationTokenization(keras.layers.Layer):
    """A `TextVectorizationTokenizer` made of built-in operators: raw code points to the very ids of its `tokenize`.

    Make it with `TextVectorizationTokenization.from_tokenizer(tokenizer)`. Its tables are weights that do not train, so
    every file of a model carries them.

    Args:
        shapes: dict, table name -> shape, of the tables of `VocabularyTables`.
        standardize, split, ngrams, empty_token: as the tokenizer has them.
        unknown_id: token id of what the vocabulary lacks.
        max_tokens: keep at most so many ids of a text; None for all.

    Input shape: `(batch, length)`, int32 code points, padded with 0 on the right; any number at all is accepted.
    Output shape: `(batch, tokens)`, int32; padding is -1; there is at least one column.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers, tokenizers
    >>> tokenizer = tokenizers.TextVectorizationTokenizer(["good", "night"])
    >>> layer = layers.TextVectorizationTokenization.from_tokenizer(tokenizer)
    >>> np.array(layer(np.array([[ord(character) for character in "Good night!"]], "int32"))).tolist()
    [[2, 3]]
    """

    def __init__(
        self,
        shapes: Mapping[str, Any],
        *,
        standardize: str | None,
        split: str | None,
        ngrams: Sequence[int],
        unknown_id: int,
        empty_token: bool = False,
        max_tokens: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        if max_tokens is not None and max_tokens < 1:
            raise ValueError(f"`max_tokens` must be at least 1. Received: {cut(max_tokens)}.")
        self.shapes = {name: tuple(shapes[name]) for name in TABLES}
        self.standardize, self.split, self.ngrams = standardize, split, tuple(ngrams)
        self.unknown_id, self.empty_token, self.max_tokens = int(unknown_id), bool(empty_token), max_tokens
        self.tables = {
            name: self.add_weight(
                name=name, shape=shape, dtype="int32", initializer="zeros", trainable=False, autocast=False
            )
            for name, shape in self.shapes.items()
        }

    @classmethod
    def from_tokenizer(cls, tokenizer: TextVectorizationTokenizer, **options: Any) -> Self:
        """The layer of a `TextVectorizationTokenizer`; `options` are `max_tokens` (the tokenizer's unless given) and
        those of every layer.

        Raises:
            ValueError: for a vocabulary that cannot be compiled: see `text_vectorization_tables.build`.
        """
        tables = text_vectorization_tables.build(tokenizer)
        if options.get("max_tokens") is None:
            options["max_tokens"] = tokenizer.max_tokens
        layer = cls(
            {name: getattr(tables, name).shape for name in TABLES},
            standardize=tokenizer.standardize,
            split=tokenizer.split,
            ngrams=tokenizer.ngrams,
            unknown_id=tokenizer.unknown_id,
            empty_token=tokenizer.empty_token,
            **options,
        )
        for name, variable in layer.tables.items():
            variable.assign(getattr(tables, name))
        return layer

    def build(self, code_points_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        table = {name: tf.convert_to_tensor(variable) for name, variable in self.tables.items()}
        # one more column, so that every text has an end
        code_points = clean_code_points(tf.pad(tf.cast(code_points, tf.int32), [[0, 0], [0, 1]]))
        code_points = self._standardized(code_points)
        firsts, seconds, count = {"whitespace": _words, "character": _characters, None: _whole}[self.split](
            table, code_points
        )
        if self.split is None and self.empty_token:
            count = tf.ones_like(count)
        place = tf.expand_dims(tf.range(tf.shape(firsts)[1]), 0)
        runs, found, sizes = (firsts, seconds), [], self.ngrams or (1,)
        by_size = {1: runs}
        for size in range(2, max(sizes) + 1):
            runs = tuple(
                run * chain + tf.pad(one, [[0, 0], [0, size - 1]])[:, size - 1 :]
                for run, one, chain in zip(runs, (firsts, seconds), CHAINS, strict=True)
            )
            by_size[size] = runs
        for size in sizes:
            slot, known = fingerprint_lookup.find(
                *by_size[size], table["bucket_numbers"], table["first"], table["second"]
            )
            ids = tf.where(known, tf.gather(table["ids"], slot), self.unknown_id)
            found.append(tf.where(place < count - (size - 1), ids, PADDING_ID))
        ids = found[0]
        if self.ngrams:
            ids = tf.concat(found, axis=1)
            ids = kept_left(ids, tf.not_equal(ids, PADDING_ID), PADDING_ID)
        return ids if self.max_tokens is None else ids[:, : self.max_tokens]

    def _standardized(self, code_points):
        if self.standardize in ("lower", "lower_and_strip_punctuation"):
            is_large = (code_points >= ord("A")) & (code_points <= ord("Z"))
            code_points = tf.where(is_large, code_points + 32, code_points)
        if self.standardize in ("strip_punctuation", "lower_and_strip_punctuation"):
            stays = tf.logical_not(tf.gather(_IS_PUNCTUATION, tf.minimum(code_points, _ASCII)))
            kept = kept_left(code_points, stays & tf.not_equal(code_points, 0), 0)
            code_points = tf.pad(kept, [[0, 0], [0, 1]])
        return code_points

    def compute_output_spec(self, code_points: Tensor) -> Tensor:
        return keras.KerasTensor((code_points.shape[0], None), dtype="int32")

    def get_config(self) -> Config:
        return super().get_config() | {
            "shapes": {name: list(shape) for name, shape in self.shapes.items()},
            "standardize": self.standardize,
            "split": self.split,
            "ngrams": list(self.ngrams),
            "unknown_id": self.unknown_id,
            "empty_token": self.empty_token,
            "max_tokens": self.max_tokens,
        }


def _factors(table, places):
    """Factors of places in a token, in both rows."""
    longest = table["first_factors"].shape[0] - 1
    places = tf.minimum(places, longest)
    return tf.gather(table["first_factors"], places), tf.gather(table["second_factors"], places)


def _words(table, code_points):
    """Fingerprints of the words, `(batch, longest)` each, and how many a text has, `(batch, 1)`."""
    is_space = tf.gather(_IS_SPACE, tf.minimum(code_points, _ASCII))
    begins = tf.logical_not(is_space) & shift_right(is_space, True)
    rank = tf.cumsum(tf.cast(begins, tf.int32), axis=1)
    count = rank[:, -1:]
    batch, length = tf.shape(code_points)[0], tf.shape(code_points)[1]
    slots = tf.maximum(tf.reduce_max(count), 1) + 1
    rows = tf.expand_dims(tf.range(batch) * slots, 1)
    position = tf.expand_dims(tf.range(length), 0) + tf.zeros_like(code_points)
    # what has no word starts at the last place, where there is none
    places = tf.where(begins, rank - 1 + rows, batch * slots)
    last = length - 1
    starts = last + scattered(tf.reshape(places, [-1]), tf.reshape(position - last, [-1]), batch * slots)
    place = position - tf.gather(starts, tf.maximum(rank - 1, 0) + rows)
    codes = tf.where(is_space, 0, fingerprint_lookup.symbol_codes(code_points))
    starts = tf.reshape(starts, tf.stack([batch, slots]))
    sums = []
    for factors in _factors(table, tf.maximum(place, 0)):
        before = take(tf.cumsum(codes * factors, axis=1, exclusive=True), starts)
        sums.append(before[:, 1:] - before[:, :-1])
    return *sums, count


def _characters(table, code_points):
    """The same of code points."""
    codes = fingerprint_lookup.symbol_codes(code_points)
    count = tf.reduce_sum(tf.cast(tf.not_equal(code_points, 0), tf.int32), axis=1, keepdims=True)
    width = tf.maximum(tf.reduce_max(count), 1)
    return codes[:, :width] * table["first_factors"][0], codes[:, :width] * table["second_factors"][0], count


def _whole(table, code_points):
    """The same of whole texts."""
    present = tf.not_equal(code_points, 0)
    codes = tf.where(present, fingerprint_lookup.symbol_codes(code_points), 0)
    factors = _factors(table, tf.expand_dims(tf.range(tf.shape(code_points)[1]), 0))
    # int32 sums must wrap; of the runtimes' sums only the running one does
    first, second = (tf.cumsum(codes * row, axis=1)[:, -1:] for row in factors)
    return first, second, tf.cast(present[:, :1], tf.int32)
