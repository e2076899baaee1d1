"""Token ids of many texts in one row, put into a matrix, inside of a graph."""

import tensorflow as tf

from keras_i18n.layers.framed_tokens import PADDING_ID
from keras_i18n.layers.ragged_rows import scattered
from keras_i18n.protocols import Tensor


def in_rows(ids: Tensor, row: Tensor, batch: Tensor) -> Tensor:
    """Token ids of all texts in one row, each text in a row of its own.

    Args:
        ids, row: int32 `(count,)`, token ids and the texts that they are of, in order. Of the row `batch`, which is no
            text, there is one at the end, and it goes.
        batch: number of texts.

    Returns:
        int32 `(batch, longest)`, padded with -1 on the right; at least one place wide.

    >>> in_rows(tf.constant([5, 6, 7, 0]), tf.constant([0, 0, 2, 3]), 3).numpy().tolist()
    [[5, 6], [-1, -1], [7, -1]]
    """
    place = tf.range(tf.size(ids))
    is_first = tf.concat([[True], tf.not_equal(row[1:], row[:-1])], axis=0)
    first = scattered(tf.where(is_first, row, batch + 2), place, batch + 1)
    column = place - tf.gather(first, row)
    width = tf.reduce_max(column) + 1
    places = tf.where(row < batch, row * width + column, batch * width)
    flat = scattered(places, ids - PADDING_ID, batch * width)
    return tf.reshape(flat, tf.stack([batch, width])) + PADDING_ID
