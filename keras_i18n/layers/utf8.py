"""The bytes of UTF-8 inside of a graph."""

import tensorflow as tf

from keras_i18n.protocols import Tensor


def byte_counts(code_points: Tensor) -> Tensor:
    """How many bytes code points have, 1 to 4: int32 of int32."""
    return 1 + sum(tf.cast(code_points >= first, tf.int32) for first in (0x80, 0x800, 0x10000))


def byte_at(code_points: Tensor, counts: Tensor, place: Tensor) -> Tensor:
    """The byte of each code point at a place among its bytes.

    Args:
        code_points, counts, place: int32 of one shape; `counts` as of `byte_counts`, `place` below it.

    >>> [int(byte_at(tf.constant(0x6771), tf.constant(3), tf.constant(place))) for place in range(3)]
    [230, 157, 177]
    """
    # six bits each, from the left on; the first byte also tells how many there are
    steps = tf.gather(tf.constant([1, 1 << 6, 1 << 12, 1 << 18], tf.int32), counts - 1 - place)
    bits = tf.truncatediv(code_points, steps)
    first = bits + tf.gather(tf.constant([0, 0, 0xC0, 0xE0, 0xF0], tf.int32), counts)
    later = bits - tf.truncatediv(bits, 64) * 64 + 0x80
    return tf.where(tf.equal(place, 0), first, later)
