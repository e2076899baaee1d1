"""The integer arithmetic of hashed n-grams: only what mobile and ONNX runtimes compute alike.

Those runtimes agree on int32 products and sums that wrap, on xor, and on shifts and remainders of numbers that are not
negative. The NumPy functions here say what a token id is; the compiled layer repeats them operator by operator.
"""

from collections.abc import Sequence

import numpy as np

CHAIN = np.int32(-1640531535)  # 2654435761, Knuth's multiplicative constant: joins the characters of an n-gram
WORD_CHAIN = np.int32(-2048144789)  # 2246822507: joins the words of a run
MIXERS = (np.int32(0x2C1B3C6D), np.int32(0x297A2D39))  # from the "lowbias32" search of C. Wellons
SALT = np.int32(0x61C88647)

# a letter of a word counts by its place in the word; all letters after the 63rd count alike
_WORD_PLACES = 64
WORD_POWERS = np.array([pow(0x9E3779B1, place, 2**32) for place in range(1, _WORD_PLACES + 1)], np.uint32).view(
    np.int32
)


def salts(seed: int, word_lengths: Sequence[int], ngram_lengths: Sequence[int]) -> np.ndarray:
    """int32 number that is added to every hash of a kind of feature, so that kinds do not collide by rule.

    The salt of a kind does not depend on which other kinds there are.
    """
    kinds = [*word_lengths, *(100 + length for length in ngram_lengths)]
    with np.errstate(over="ignore"):
        return (np.array(kinds, np.int32) + np.int32(1000) * np.int32(seed)) * SALT


def not_negative(hashes: np.ndarray) -> np.ndarray:
    """Folds negative numbers onto 0 .. 2**31 - 1: the complement, written as -1 - h."""
    return np.where(hashes < 0, -1 - hashes, hashes)


def bucket(hashes: np.ndarray, num_buckets: int) -> np.ndarray:
    """Well mixed ids 0 .. num_buckets - 1 of int32 hashes."""
    for shift, mixer in zip((16, 15), MIXERS, strict=True):
        hashes = not_negative(hashes)
        hashes = (hashes ^ (hashes >> shift)) * mixer
    hashes = not_negative(hashes)
    return (hashes ^ (hashes >> 16)) % num_buckets
