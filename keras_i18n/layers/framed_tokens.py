"""What stands around a text, inside of a graph: a prefix before its code points, pieces around its token ids."""

import numpy as np
import tensorflow as tf

from keras_i18n.layers.text_normalization import SPACE_SYMBOL
from keras_i18n.protocols import Tensor
from keras_i18n.shown import cut

PADDING_ID = -1


def check_room(begin_id: int | None, end_id: int | None, max_tokens: int | None) -> None:
    """Raises ValueError unless `max_tokens` has room for the pieces around a text and one token."""
    least = max(1, (begin_id is not None) + (end_id is not None))
    if max_tokens is not None and max_tokens < least:
        raise ValueError(f"`max_tokens` must be at least {least}. Received: {cut(max_tokens)}.")


def prefixed(code_points: Tensor, prefix: str) -> Tensor:
    """Code points, int32 `(batch, length)`, with those of a text before each row.

    >>> prefixed(tf.constant([[97], [98]]), "x").numpy().tolist()
    [[120, 97], [120, 98]]
    """
    if not prefix:
        return code_points
    before = np.array([[ord(character) for character in prefix]], np.int32)
    before = tf.zeros(tf.stack([tf.shape(code_points)[0], 1]), tf.int32) + before
    return tf.concat([before, code_points], axis=1)


def with_prefix_space(code_points: Tensor) -> Tensor:
    """Valid code points, int32 `(batch, length)`, of which each text that does not begin with a space gets one.

    >>> with_prefix_space(tf.constant([[97, 0], [32, 98], [0, 0]])).numpy().tolist()
    [[32, 97, 0], [32, 98, 0], [0, 0, 0]]
    """
    kept = tf.pad(code_points, [[0, 0], [0, 1]])
    moved = tf.pad(code_points, [[0, 0], [1, 0]], constant_values=ord(" "))
    first = kept[:, :1]
    lacks = tf.not_equal(first, 0) & tf.not_equal(first, ord(" ")) & tf.not_equal(first, SPACE_SYMBOL)
    return tf.where(lacks, moved, kept)


def framed(ids: Tensor, *, begin_id: int | None, end_id: int | None, max_tokens: int | None) -> Tensor:
    """Token ids with the pieces around them.

    Args:
        ids: int32 `(batch, tokens)`, padded with -1 on the right.
        begin_id, end_id: put around each text, or None.
        max_tokens: keep at most so many ids of a text, the end piece among them; None for all.

    Returns:
        int32 `(batch, new tokens)`, padded with -1.

    >>> framed(tf.constant([[5, 6, 7], [8, -1, -1]]), begin_id=1, end_id=2, max_tokens=4).numpy().tolist()
    [[1, 5, 6, 2], [1, 8, 2, -1]]
    """
    before, after = begin_id is not None, end_id is not None
    if max_tokens is not None:
        ids = ids[:, : max_tokens - before - after]
    if before or after:
        count = tf.reduce_sum(tf.cast(tf.not_equal(ids, PADDING_ID), tf.int32), axis=1, keepdims=True)
        ids = ids[:, : tf.maximum(tf.reduce_max(count), 0)]  # of no text the largest is the least number there is
    if before:
        ids = tf.pad(ids, [[0, 0], [1, 0]], constant_values=begin_id)
        count += 1
    if after:
        ids = tf.pad(ids, [[0, 0], [0, 1]], constant_values=PADDING_ID)
        ids = tf.where(tf.equal(tf.expand_dims(tf.range(tf.shape(ids)[1]), 0), count), end_id, ids)
    return ids
