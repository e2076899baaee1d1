"""Looks up every substring of a text in a perfect hash table, inside of a graph."""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_i18n.protocols import Tensor
from keras_i18n.tokenizers import fingerprints, perfect_hash


def symbol_codes(code_points: Tensor) -> Tensor:
    """`fingerprints.symbol_codes` of int32 code points."""
    return (
        code_points * fingerprints.SYMBOL_FACTOR
        + tf.bitwise.right_shift(code_points, 8) * fingerprints.PAGE_FACTOR
        + fingerprints.SYMBOL_TERM
    )


def windows(code_points: Tensor, count: Tensor, length: Tensor) -> Any:
    """Both fingerprints of the substrings that start at the first `count` places.

    Args:
        code_points: int32 `(batch, count + length)` or wider.
        count: number of places.
        length: longest substring.

    Returns:
        Two int32 tensors `(batch, count, length)`; the last axis is the substring's length less one.
    """
    codes = symbol_codes(code_points)
    places = tf.expand_dims(tf.range(count), 1) + tf.expand_dims(tf.range(length), 0)
    codes = tf.gather(codes, places, axis=1)
    return tuple(
        tf.cumsum(codes * factors[:length].reshape(1, 1, -1), axis=2)
        for factors in (fingerprints.FIRST_FACTORS, fingerprints.SECOND_FACTORS)
    )


def index(numbers: Tensor, size: int) -> Tensor:
    """int32 numbers to 0 .. size - 1, as `perfect_hash.index` does."""
    return tf.truncatediv(numbers, np.int32(-(-(2**32) // size))) + size // 2


def look_up(table: Tensor, places: Tensor) -> Tensor:
    """Numbers of a table of any whole type, as int32."""
    found = tf.gather(table, places)
    return found if table.dtype == tf.int32 else tf.cast(found, tf.int32)


def find(first: Tensor, second: Tensor, bucket_numbers: Tensor, table_first: Tensor, table_second: Tensor) -> Any:
    """(slot, whether the substring is in the table) of fingerprints, of their shape.

    Args:
        first, second: int32 fingerprints.
        bucket_numbers, table_first, table_second: of a `PerfectHash`; int16 in place of `first` are its `first_halves`.
    """
    buckets, size = bucket_numbers.shape[0], table_first.shape[0]
    number = look_up(bucket_numbers, index(first, buckets))
    slot = index(second * (number * perfect_hash.MULTIPLIER_STEP + perfect_hash.FIRST_MULTIPLIER), size)
    kept = first if table_first.dtype == tf.int32 else tf.truncatediv(first, perfect_hash.HALF)
    found = tf.equal(look_up(table_first, slot), kept) & tf.equal(tf.gather(table_second, slot), second)
    return slot, found
