"""Canonical composition inside of a graph."""

import contextlib
import contextvars
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import keras
import tensorflow as tf

from keras_i18n.layers import fingerprint_lookup
from keras_i18n.layers.ragged_rows import kept_left, scattered, shift_right, spread, take
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.tokenizers import canonical_composition
from keras_i18n.tokenizers.canonical_composition import (
    CLASS_BITS,
    ENTRY_FIELDS,
    LEADS,
    NUM_PAGES,
    PAGE_BITS,
    PAIR_FACTORS,
    SYLLABLES,
    TAILS,
    VOWELS,
)

TABLES = ("pages", "entries", "pool", "bucket_numbers", "first", "second", "composed")
_REPLACEMENT = 0xFFFD
MAX_ROUNDS = 3  # a character of Unicode 14 that composes has four parts at most
_END = NUM_PAGES << PAGE_BITS
_looks_first = contextvars.ContextVar("_looks_first", default=True)


@contextlib.contextmanager
def without_branches() -> Iterator[None]:
    """What is traced meanwhile has neither loop nor branch: the same code points out, every step taken for every text."""
    token = _looks_first.set(False)
    try:
        yield
    finally:
        _looks_first.reset(token)


@keras.saving.register_keras_serializable(package="keras_i18n")
class CanonicalComposition(keras.layers.Layer):
    """Brings code points into Unicode's normal form C, exactly as `canonical_composition.compose` does.

    A text without marks, as most are, is only looked at; work is done in the rows of the others. One with marks out of
    order, or characters that the form excludes, is decomposed and its marks are sorted. Then pairs are composed in rounds, three at most: in each,
    every character takes in its next mark, in parallel. Runs of marks may have any length. Numbers that are no code
    points count as U+FFFD.

    Args:
        shapes: dict, table name -> shape, of the tables of `CanonicalTables`.
        max_rounds: after so many rounds nothing is left to compose; None where letters compose with their like, so that a
            run of them may take as many rounds as it is long, as in scripts of Unicode 16.

    Input shape: `(batch, length)`, int32 code points, padded with 0; any number at all is accepted.
    Output shape: `(batch, new length)`, int32, padded with 0; as wide as the input, or wider.

    Source: Unicode Standard Annex 15, "Unicode Normalization Forms".

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layer = layers.CanonicalComposition.create()
    >>> [chr(c) for c in np.array(layer(np.array([[ord("e"), 0x301, ord("!")]], "int32")))[0]]
    ['é', '!', '\\x00']
    """

    def __init__(
        self, shapes: Mapping[str, Sequence[int]], *, max_rounds: int | None = MAX_ROUNDS, **kwargs: Any
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        self.max_rounds = max_rounds
        self.shapes = {name: tuple(shapes[name]) for name in TABLES}
        self.tables = {
            name: self.add_weight(
                name=name, shape=shape, dtype="int32", initializer="zeros", trainable=False, autocast=False
            )
            for name, shape in self.shapes.items()
        }

    @classmethod
    def create(cls, *, unicode_version: int = 14) -> Self:
        """The layer with the tables of `canonical_composition.tables`, of Unicode 14 or 16."""
        tables = canonical_composition.tables(unicode_version)
        max_rounds = MAX_ROUNDS if unicode_version == 14 else None
        layer = cls({name: getattr(tables, name).shape for name in TABLES}, max_rounds=max_rounds)
        for name, variable in layer.tables.items():
            variable.assign(getattr(tables, name))
        return layer

    def build(self, code_points_shape: Shape = None) -> None:
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        code_points = tf.cast(code_points, tf.int32)
        is_code_point = (code_points >= 0) & (code_points <= 0x10FFFF)
        code_points = tf.where(is_code_point, code_points, _REPLACEMENT)
        table = {name: tf.convert_to_tensor(variable) for name, variable in self.tables.items()}
        entries = _entries(table, code_points)
        if not _looks_first.get():
            known = _unpacked(entries)
            marked = _ordered(_decomposed(table, _marked(code_points, known), known))
            for _ in range(self.max_rounds or MAX_ROUNDS):
                _, marked = _round(table, marked, chains=self.max_rounds is None)
            return tf.bitwise.right_shift(marked, CLASS_BITS)
        is_touched = tf.reduce_any(_may_change(entries), axis=1)
        return tf.cond(
            tf.reduce_any(is_touched),
            lambda: _in_rows(
                is_touched,
                code_points,
                lambda rows: _composed(table, rows, code_points, entries, self.max_rounds),
            ),
            lambda: code_points,
        )

    def compute_output_spec(self, code_points: Tensor) -> Tensor:
        return keras.KerasTensor((code_points.shape[0], None), dtype="int32")

    def get_config(self) -> Config:
        return super().get_config() | {
            "shapes": {name: list(shape) for name, shape in self.shapes.items()},
            **({} if self.max_rounds == MAX_ROUNDS else {"max_rounds": self.max_rounds}),
        }


def _entries(table, code_points):
    inside = tf.where(code_points < _END, code_points, 0)
    return tf.gather(table["entries"], tf.gather(table["pages"], tf.bitwise.right_shift(inside, PAGE_BITS)) + inside)


def _may_change(entries):
    """Where a mark stands, or what composes or is out of the form: a cheap look, since most texts have none."""
    rest = tf.bitwise.right_shift(entries, CLASS_BITS)
    flags = tf.bitwise.right_shift(rest, CLASS_BITS)
    known = tf.bitwise.right_shift(flags, 2)
    return tf.not_equal(entries, rest * 2**CLASS_BITS) | tf.not_equal(flags, known * 4)


def _in_rows(is_touched, code_points, composed):
    """`code_points` with what `composed(rows)` gives in the rows that are touched; the others are not worked on."""
    rows = tf.cast(tf.where(is_touched), tf.int32)
    found = composed(rows[:, 0])
    width = tf.maximum(tf.shape(found)[1], tf.shape(code_points)[1])
    shape = tf.stack([tf.shape(code_points)[0], width])
    found = tf.scatter_nd(rows, _widened(found, width), shape)
    return tf.where(tf.expand_dims(is_touched, 1), found, _widened(code_points, width))


def _widened(rows, width):
    return tf.pad(rows, [[0, 0], [0, width - tf.shape(rows)[1]]])


def _composed(table, rows, code_points, entries, max_rounds):
    """The normal form of some rows."""
    known = _unpacked(tf.gather(entries, rows))
    marked = _marked(tf.gather(code_points, rows), known)
    disorder = (shift_right(known["last_class"], 0) > known["mark_class"]) & (known["mark_class"] > 0)
    out_of_form = tf.reduce_any(disorder | (known["decomposes"] > 0))
    marked = tf.cond(out_of_form, lambda: _ordered(_decomposed(table, marked, known)), lambda: marked)
    limit = tf.shape(marked)[1] if max_rounds is None else max_rounds
    # of a text in which nothing may compose, not even the first round is run
    *_, marked = tf.while_loop(
        lambda number, more, _: (number < limit) & more,
        lambda number, more, marked: (number + 1, *_round(table, marked, chains=max_rounds is None)),
        [0, out_of_form | tf.reduce_any(known["may_compose"] > 0), marked],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([]), tf.TensorShape([None, None])],
    )
    return tf.bitwise.right_shift(marked, CLASS_BITS)


def _marked(code_points, known):
    return code_points * 2**CLASS_BITS + known["mark_class"]


def _unpacked(entries):
    """The fields of entries of the table, and where the decomposition starts."""
    fields = {}
    for name, bits in ENTRY_FIELDS.items():
        rest = tf.bitwise.right_shift(entries, bits)
        fields[name] = entries - rest * 2**bits
        entries = rest
    return fields | {"start": entries}


def _split(marked):
    """(code points, classes)."""
    code_points = tf.bitwise.right_shift(marked, CLASS_BITS)
    return code_points, marked - code_points * 2**CLASS_BITS


def _decomposed(table, marked, known):
    """Full decompositions, each code point times 64 plus its class; Hangul syllables stay."""
    source, offset, valid = spread(tf.maximum(known["length"], 1))
    is_split = valid & (take(known["length"], source) > 0)
    parts = tf.gather(table["pool"], tf.where(is_split, take(known["start"], source) + offset, 0))
    return tf.where(valid, tf.where(is_split, parts, take(marked, source)), 0)


def _ordered(marked):
    """Marks in the order of their classes, those of one class in the order that they had."""
    _, classes = _split(marked)
    characters = tf.cumsum(tf.cast(tf.equal(classes, 0), tf.int32), axis=1)
    # of equal numbers every runtime takes the left one first
    _, order = tf.math.top_k(-(characters * 2**CLASS_BITS + classes), k=tf.shape(marked)[1])
    return take(marked, order)


def _round(table, marked, chains):
    """Whether any character has a mark to take in, and the code points after each has taken in the next one.

    Where letters compose with their like (`chains`), one that is taken in takes in nothing itself.
    """
    code_points, classes = _split(marked)
    is_start = tf.equal(classes, 0)
    position = tf.expand_dims(tf.range(tf.shape(marked)[1]), 0) + tf.zeros_like(marked)
    start = _last_start(is_start, position)
    before, class_before = _split(shift_right(marked, 0))
    # a mark joins the character it stands on, another character the one right before it
    target = tf.where(is_start, tf.maximum(position - 1, 0), start)
    pair = _pairs(table, tf.where(is_start, before, take(code_points, start)), code_points)
    # a mark of its own class before it, or any mark before another character, is in its way
    free = tf.equal(tf.equal(class_before, classes), is_start)
    found = free & (pair > 0)
    if chains:
        found &= tf.logical_not(is_start & shift_right(found & is_start, False))
    count = tf.cumsum(tf.cast(found, tf.int32), axis=1)
    first = found & (is_start | tf.equal(count - take(count, start), 1))
    batch, width = tf.shape(marked)[0], tf.shape(marked)[1]
    # no character takes in two in one round
    places = tf.where(first, target + tf.expand_dims(tf.range(batch) * width, 1), batch * width)
    joined = scattered(tf.reshape(places, [-1]), tf.reshape(pair * 2**CLASS_BITS, [-1]), batch * width)
    joined = tf.reshape(joined, tf.shape(marked))
    return tf.reduce_any(first), kept_left(tf.where(joined > 0, joined, marked), tf.logical_not(first), 0)


def _last_start(is_start, position):
    """Position of the last character at or before each place that is no mark; 0 where there is none."""
    batch, width = tf.shape(position)[0], tf.shape(position)[1]
    character = tf.cumsum(tf.cast(is_start, tf.int32), axis=1)
    character += tf.expand_dims(tf.range(batch) * (width + 1), 1)
    places = tf.where(is_start, character, batch * (width + 1))
    starts = scattered(tf.reshape(places, [-1]), tf.reshape(position, [-1]), batch * (width + 1))
    return tf.gather(starts, character)


def _pairs(table, left, right):
    """What two code points compose to, 0 for nothing."""
    keys = [left * a + right * b for a, b in PAIR_FACTORS]
    slot, found = fingerprint_lookup.find(*keys, table["bucket_numbers"], table["first"], table["second"])
    composed = tf.where(found, tf.gather(table["composed"], slot), 0)

    def within(code_points, block):
        return (code_points >= block[0]) & (code_points < block[0] + block[1])

    vowel = within(left, LEADS) & within(right, VOWELS)
    composed = tf.where(vowel, SYLLABLES[0] + ((left - LEADS[0]) * 21 + right - VOWELS[0]) * 28, composed)
    place = left - SYLLABLES[0]
    is_open = within(left, SYLLABLES) & tf.equal(tf.truncatediv(place, 28) * 28, place)
    return tf.where(is_open & within(right, TAILS), left + right - TAILS[0] + 1, composed)
