"""Rows of different lengths inside of one int32 matrix, kept to the left: what a graph needs in place of loops.

Everything is made of cumulative sums, gathers and scatters to places of their own, which all runtimes do exactly alike.
"""

import tensorflow as tf

from keras_i18n.protocols import Tensor


def shift_right(rows: Tensor, first: Tensor) -> Tensor:
    """Moves each row by one place; `first` (a number) comes in at the left."""
    return tf.concat([tf.fill([tf.shape(rows)[0], 1], first), rows[:, :-1]], axis=1)


def take(rows: Tensor, places: Tensor) -> Tensor:
    """`rows[b, places[b, i]]` by one flat gather."""
    offsets = tf.expand_dims(tf.range(tf.shape(rows)[0]) * tf.shape(rows)[1], 1)
    return tf.gather(tf.reshape(rows, [-1]), places + offsets)


def spread(lengths: Tensor) -> Tensor:
    """Gives element i of a row `lengths[b, i]` places in a new row, one element after the other.

    Args:
        lengths: int32 `(batch, elements)`, none below 0.

    Returns:
        `source` (which element a new place belongs to), `offset` (how far inside of it), `valid` (bool), each
        `(batch, longest)`; at least one place wide.
    """
    batch = tf.shape(lengths)[0]
    ends = tf.cumsum(lengths, axis=1)
    starts = ends - lengths
    totals = ends[:, -1:]
    width = tf.maximum(tf.reduce_max(totals), 1)
    # elements without a place would begin where others do
    filled = lengths > 0
    places = tf.where(filled, starts + tf.expand_dims(tf.range(batch) * width, 1), batch * width)
    marks = scattered(tf.reshape(places, [-1]), tf.ones_like(tf.reshape(places, [-1])), batch * width)
    number = tf.cumsum(tf.reshape(marks, tf.stack([batch, width])), axis=1) - 1
    elements = kept_left(tf.zeros_like(lengths) + tf.range(tf.shape(lengths)[1]), filled, 0)
    source = take(elements, tf.maximum(number, 0))
    places = tf.expand_dims(tf.range(width), 0)
    return source, places - take(starts, source), places < totals


def spread_positive(counts: Tensor) -> Tensor:
    """What `spread` gives of counts that are all 1 or more, by a scatter."""
    batch = tf.shape(counts)[0]
    ends = tf.cumsum(counts, axis=1)
    width = tf.reduce_max(ends)
    starts = ends - counts
    places = tf.reshape(starts + tf.expand_dims(tf.range(batch) * width, 1), [-1])
    marks = scattered(places, tf.ones_like(places), batch * width)
    source = tf.cumsum(tf.reshape(marks, tf.stack([batch, width])), axis=1) - 1
    places = tf.expand_dims(tf.range(width), 0)
    return source, places - take(starts, source), places < ends[:, -1:]


def scattered(places: Tensor, values: Tensor, size: Tensor) -> Tensor:
    """A row of `size` zeros with `values` at `places`; what is not to be written has a place of `size` or beyond.

    Where a place comes more than once, the runtimes differ (some add, some keep one), so its values must be alike in
    what is asked of them. Linear in every runtime: the segment sum, in ONNX Runtime, grows with the square.
    """
    flat = tf.scatter_nd(tf.expand_dims(tf.minimum(places, size), 1), values, tf.reshape(size + 1, [1]))
    return flat[:-1]


def kept_left(rows: Tensor, keep: Tensor, padding: int) -> Tensor:
    """Closes the gaps: keeps `rows` where `keep` is true, moved to the left, padded on the right; at least one place wide."""
    batch = tf.shape(rows)[0]
    rank = tf.cumsum(tf.cast(keep, tf.int32), axis=1)
    width = tf.maximum(tf.reduce_max(rank), 1)
    places = tf.where(keep, rank - 1 + tf.expand_dims(tf.range(batch) * width, 1), batch * width)
    flat = scattered(tf.reshape(places, [-1]), tf.reshape(rows - padding, [-1]), batch * width)
    return tf.reshape(flat, tf.stack([batch, width])) + padding
