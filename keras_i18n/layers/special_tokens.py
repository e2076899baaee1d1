"""Finds special tokens in a text before all else, inside of a graph."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from keras_i18n.layers.fingerprint_lookup import find, windows
from keras_i18n.layers.ragged_rows import kept_left, take
from keras_i18n.protocols import Tensor
from keras_i18n.tokenizers import fingerprints, perfect_hash
from keras_i18n.tokenizers.piece_tokenizer import SPECIAL, WHITE_SPACE

_FEW = 24  # so many tokens are looked for one by one


def with_special_tokens(
    code_points: Tensor, tokens: Sequence[str], strip_left: Sequence[str] = (), strip_right: Sequence[str] = ()
) -> Tensor:
    """Code points with one from `SPECIAL` on in the place of each special token.

    Args:
        code_points: int32 `(batch, length)`, clean ones; each row ends with 0.
        tokens: texts of which none overlaps another one.
        strip_left, strip_right: those that swallow white space before, or after them.

    Returns:
        int32 `(batch, new length)`; each row ends with 0.

    >>> text = tf.constant([[*map(ord, "a</s>b"), 0]])
    >>> (with_special_tokens(text, ["<s>", "</s>"]).numpy() - SPECIAL).tolist()[0][1]
    1
    """
    if not tokens:
        return code_points
    begins = tf.constant(sorted({ord(token[0]) for token in tokens}), tf.int32)
    begun = tf.reduce_any(tf.equal(tf.expand_dims(code_points, 2), tf.reshape(begins, [1, 1, -1])))
    return tf.cond(
        begun, lambda: _stripped(_found(code_points, tokens), tokens, strip_left, strip_right), lambda: code_points
    )


def _found(code_points, tokens):
    longest = max(map(len, tokens))
    width = tf.shape(code_points)[1]
    after = tf.pad(code_points, [[0, 0], [0, longest]])
    found, length = _by_table(after, width, tokens) if len(tokens) > _FEW else _one_by_one(after, width, tokens)
    swallowed = tf.zeros_like(found, tf.bool)
    before = tf.pad(tf.where(found > 0, length, 0), [[0, 0], [longest, 0]])
    for distance in range(1, longest):
        swallowed |= before[:, longest - distance : longest - distance + width] > distance
    kept = tf.logical_not(swallowed) & tf.not_equal(code_points, 0)
    # a text keeps its end
    return tf.pad(kept_left(tf.where(found > 0, found, code_points), kept, 0), [[0, 0], [0, 1]])


def _one_by_one(after, width, tokens):
    """(number of the token that begins at each place, from `SPECIAL` on, else 0; its length, else 1)."""
    code_points = after[:, :width]
    found, length = tf.zeros_like(code_points), tf.ones_like(code_points)
    for number, token in enumerate(tokens):
        here = tf.equal(code_points, ord(token[0]))
        for place, character in enumerate(token[1:], start=1):
            here &= tf.equal(after[:, place : place + width], ord(character))
        found = tf.where(here, SPECIAL + number, found)
        length = tf.where(here, len(token), length)
    return found, length


def _by_table(after, width, tokens):
    """The same from a perfect hash of the tokens, whose size does not matter."""
    first, second = fingerprints.fingerprints([tuple(map(ord, token)) for token in tokens])
    table = perfect_hash.build(first, second)
    numbers, lengths = np.zeros(table.size, np.int32), np.ones(table.size, np.int32)
    numbers[table.slots] = np.arange(len(tokens)) + SPECIAL
    lengths[table.slots] = [len(token) for token in tokens]
    sizes = sorted({len(token) for token in tokens})
    spans = (tf.gather(span, [size - 1 for size in sizes], axis=2) for span in windows(after, width, max(sizes)))
    slot, here = find(*spans, *map(tf.constant, (table.bucket_numbers, table.first, table.second)))
    # none begins another one, so that one length at most is found
    here &= tf.equal(tf.gather(lengths, slot), tf.reshape(tf.constant(sizes), [1, 1, -1]))
    found = tf.reduce_max(tf.where(here, tf.gather(numbers, slot), 0), axis=2)
    return found, tf.reduce_max(tf.where(here, tf.gather(lengths, slot), 1), axis=2)


def _stripped(code_points, tokens, strip_left, strip_right):
    """Without the white space that tokens swallow."""
    if not strip_left and not strip_right:
        return code_points
    is_space = _among(code_points, map(ord, WHITE_SPACE))
    others = tf.pad(kept_left(code_points, tf.logical_not(is_space), 0), [[0, 0], [1, 1]])
    before = tf.cumsum(tf.cast(tf.logical_not(is_space), tf.int32), axis=1)
    number_of = {token: SPECIAL + number for number, token in enumerate(tokens)}
    swallowed = tf.zeros_like(is_space)
    for place, stripping in ((before + 1, strip_left), (before, strip_right)):
        if stripping:
            swallowed |= _among(take(others, place), [number_of[token] for token in stripping])
    kept = tf.logical_not(is_space & swallowed) & tf.not_equal(code_points, 0)
    return tf.pad(kept_left(code_points, kept, 0), [[0, 0], [0, 1]])


def _among(values, wanted):
    return tf.reduce_any(tf.equal(tf.expand_dims(values, 2), tf.reshape(tf.constant([*wanted]), [1, 1, -1])), axis=2)
