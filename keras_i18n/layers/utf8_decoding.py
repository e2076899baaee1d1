"""Bytes of UTF-8 among code points become characters, in a graph and without a loop."""

import tensorflow as tf

from keras_i18n.protocols import Tensor

FIRST_BYTE = 0x110000  # a byte is the number that follows so many: beyond all code points
_REPLACEMENT = 0xFFFD
# bytes of a character: its first byte lies from here to there, the least character that may be written so
_KINDS = ((2, 0xC0, 0xE0, 0x80), (3, 0xE0, 0xF0, 0x800), (4, 0xF0, 0xF8, 0x10000))


def decode_bytes(codepoints: Tensor) -> Tensor:
    """Code points in place of bytes; a byte that is part of no character becomes U+FFFD.

    Args:
        codepoints: int32 `(batch, length)`; a byte b is `FIRST_BYTE + b`.

    Returns:
        int32 `(batch, length)`, with 0 where a byte was taken up by the character before.

    >>> given = [FIRST_BYTE + byte for byte in "é".encode()] + [FIRST_BYTE + 0xFF, 33]
    >>> [chr(code) for code in decode_bytes(tf.constant([given])).numpy()[0]]
    ['é', '\\x00', '�', '!']
    """
    is_byte = codepoints >= FIRST_BYTE
    value = tf.where(is_byte, codepoints - FIRST_BYTE, 0)
    following = [_earlier(value, places) for places in (1, 2, 3)]
    follows = [tf.logical_and(one >= 0x80, one < 0xC0) for one in following]
    found = tf.where(value < 0x80, value, _REPLACEMENT)
    length = tf.ones_like(value)
    for size, mark, end, least in _KINDS:
        marked = tf.logical_and(value >= mark, value < end)
        code = value - mark
        for trail in following[: size - 1]:
            code = code * 64 + trail - 0x80
        valid = tf.logical_and(code >= least, code <= 0x10FFFF)
        valid = tf.logical_and(valid, tf.logical_or(code < 0xD800, code > 0xDFFF))
        for one in follows[: size - 1]:
            valid = tf.logical_and(valid, one)
        valid = tf.logical_and(valid, marked)
        found, length = tf.where(valid, code, found), tf.where(valid, size, length)
    taken = tf.zeros_like(is_byte)
    for places in (1, 2, 3):
        taken = tf.logical_or(taken, _later(length, places) > places)
    return tf.where(is_byte, tf.where(taken, 0, found), codepoints)


def _earlier(rows, places):
    """What stands so many places later, moved here."""
    return tf.pad(rows, [[0, 0], [0, places]])[:, places:]


def _later(rows, places):
    return tf.pad(rows, [[0, 0], [places, 0]])[:, : tf.shape(rows)[1]]
