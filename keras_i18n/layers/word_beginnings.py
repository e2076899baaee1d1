"""`word_patterns.beginnings` inside of a graph: where words begin before byte-level BPE, for whole rows at once."""

import tensorflow as tf

from keras_i18n.layers.ragged_rows import scattered
from keras_i18n.protocols import Tensor
from keras_i18n.tokenizers.word_patterns import (
    APOSTROPHE,
    END,
    LETTER,
    LONG_S,
    NEWLINE,
    NUMBER,
    ONE_LETTER,
    OTHER,
    SPACE,
    TWO_LETTERS,
    WHITE,
    WordPattern,
)


def beginnings(code_points: Tensor, kind: Tensor, pattern: WordPattern) -> Tensor:
    """Where words begin in one long row of texts.

    Args:
        code_points: int32 `(count,)`; each text ends with 0; special tokens are from `SPECIAL` on.
        kind: int32 of this shape, the class of each.
        pattern: a row of `PATTERNS`.

    Returns:
        bool of this shape; an end is a word of its own.
    """
    group = tf.minimum(kind, SPACE)
    before, after = shifted(group, 1), shifted(group, -1)
    kind_before = shifted(kind, 1)
    is_end, is_white = tf.equal(group, END), tf.equal(group, SPACE)
    begins = (tf.not_equal(group, before) & (is_white | tf.not_equal(kind_before, SPACE))) | is_end
    # of several white characters the last one goes with what follows
    begins |= is_white & tf.equal(before, SPACE) & tf.not_equal(after, SPACE) & tf.not_equal(after, END)
    if pattern.prefixes:
        alone = tf.equal(kind, OTHER) & begins
        begins &= tf.logical_not(tf.equal(group, LETTER) & (shifted(alone, 1) | tf.equal(kind_before, WHITE)))
        newline = tf.equal(kind, NEWLINE)
        begins = tf.cond(tf.reduce_any(newline), lambda: _ends_of_lines(kind, newline, begins), lambda: begins)
    if pattern.digits:
        is_number = tf.equal(kind, NUMBER)
        inside = is_number & tf.equal(before, NUMBER)
        begins |= is_number & tf.logical_not(inside)  # after a space too
        begins = tf.cond(
            tf.reduce_any(inside), lambda: begins | _groups_of_digits(is_number, inside, pattern.digits), lambda: begins
        )
    here = tf.equal(code_points, APOSTROPHE) & begins
    return tf.cond(
        tf.reduce_any(here), lambda: _contractions(code_points, here, begins, pattern.any_case), lambda: begins
    )


def shifted(row: Tensor, places: int) -> Tensor:
    """The row moved to the right, or to the left where `places` is below 0; zeros come in."""
    filled = tf.zeros([abs(places)], row.dtype)
    if places > 0:
        return tf.concat([filled, row], axis=0)[:-places]
    return tf.concat([row, filled], axis=0)[-places:]


def _last(is_one):
    """Place of the last element up to each place for which `is_one` holds; 0 before the first one."""
    count = tf.size(is_one)
    place, number = tf.range(count), tf.cumsum(tf.cast(is_one, tf.int32))
    return tf.gather(scattered(tf.where(is_one, number, count + 1), place, count + 1), number)


def _groups_of_digits(is_number, inside, digits):
    distance = tf.range(tf.size(inside)) - _last(is_number & tf.logical_not(inside))
    return inside & tf.equal(distance, tf.truncatediv(distance, digits) * digits)


def _ends_of_lines(kind, newline, begins):
    """White space up to the last end of a line is one word; such that follow others at once belong to these."""
    absorbed = newline & tf.equal(tf.gather(kind, _last(tf.logical_not(newline))), OTHER)
    white = (kind >= SPACE) & tf.logical_not(absorbed)
    run_begins = white & tf.logical_not(shifted(white, 1))
    # which run it is, and how many ends of lines there are in it up to here
    counted = tf.cumsum(tf.cast(newline & white, tf.int32))
    run_ends = white & tf.logical_not(shifted(white, -1))
    count = tf.size(kind)
    run = tf.cumsum(tf.cast(run_begins, tf.int32))
    total = tf.gather(scattered(tf.where(run_ends, run, count + 1), counted, count + 1), run)
    none_to_come = tf.equal(total, counted) & tf.logical_not(newline)
    in_run = white & tf.logical_not(run_begins)
    begins &= tf.logical_not(absorbed) & (none_to_come | tf.logical_not(in_run))
    return begins | run_begins | (in_run & shifted(newline & white, 1) & none_to_come)


def _contractions(code_points, here, begins, any_case):
    lower = code_points
    if any_case:
        lower = tf.where((code_points >= ord("A")) & (code_points <= ord("Z")), code_points + 32, code_points)
        lower = tf.where(tf.equal(code_points, LONG_S), ord("s"), lower)
    first, second = shifted(lower, -1), shifted(lower, -2)

    def either(cases):
        found = cases[0]
        for case in cases[1:]:
            found |= case
        return here & found

    one = either([tf.equal(first, ord(letter)) for letter in ONE_LETTER])
    two = either([tf.equal(first, ord(a)) & tf.equal(second, ord(b)) for a, b in TWO_LETTERS])
    begins &= tf.logical_not(shifted(one | two, 1))
    return begins | shifted(one, 2) | shifted(two, 3)
