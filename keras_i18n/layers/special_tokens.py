"""Finds special tokens in a text before all else, inside of a graph."""

from collections.abc import Sequence

import tensorflow as tf

from keras_i18n.layers.ragged_rows import kept_left
from keras_i18n.protocols import Tensor
from keras_i18n.tokenizers.piece_tokenizer import SPECIAL


def with_special_tokens(code_points: Tensor, tokens: Sequence[str]) -> Tensor:
    """Code points with one from `SPECIAL` on in the place of each special token.

    Args:
        code_points: int32 `(batch, length)`, clean ones; each row ends with 0.
        tokens: texts of which none overlaps another one.

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
    return tf.cond(begun, lambda: _found(code_points, tokens), lambda: code_points)


def _found(code_points, tokens):
    longest = max(map(len, tokens))
    width = tf.shape(code_points)[1]
    after = tf.pad(code_points, [[0, 0], [0, longest]])
    found, length = tf.zeros_like(code_points), tf.ones_like(code_points)
    for number, token in enumerate(tokens):
        here = tf.equal(code_points, ord(token[0]))
        for place, character in enumerate(token[1:], start=1):
            here &= tf.equal(after[:, place : place + width], ord(character))
        found = tf.where(here, SPECIAL + number, found)
        length = tf.where(here, len(token), length)
    swallowed = tf.zeros_like(found, tf.bool)
    before = tf.pad(tf.where(found > 0, length, 0), [[0, 0], [longest, 0]])
    for distance in range(1, longest):
        swallowed |= before[:, longest - distance : longest - distance + width] > distance
    kept = tf.logical_not(swallowed) & tf.not_equal(code_points, 0)
    # a text keeps its end
    return tf.pad(kept_left(tf.where(found > 0, found, code_points), kept, 0), [[0, 0], [0, 1]])
