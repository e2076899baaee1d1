"""64-bit fingerprints of short code point sequences, in arithmetic that every runtime has: int32 that wraps.

A sequence c_0 .. c_n has the two fingerprints  sum_k g(c_k) * R_k  for two rows R of random odd multipliers, and
g(c) = c * A + (c >> 8) * B + D  makes code points of different pages independent and padding (c = 0) count. Sums of this kind are collected for
every substring of a text at once by one cumulative sum.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

MAX_LENGTH = 64
_PRIMES = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)  # those of xxHash: odd, with mixed bits


def _multipliers(seed):
    return (np.random.default_rng(seed).integers(0, 2**31, MAX_LENGTH) * 2 + 1).astype(np.uint32).astype(np.int32)


SYMBOL_FACTOR, PAGE_FACTOR, SYMBOL_TERM = (int(np.array(p, np.uint32).astype(np.int32)) for p in _PRIMES)
FIRST_FACTORS, SECOND_FACTORS = _multipliers(1), _multipliers(2)


def symbol_codes(code_points: np.ndarray) -> np.ndarray:
    """g(c) of the module's text: int32 of int32, of any shape."""
    code_points = np.asarray(code_points, np.int32)
    return code_points * np.int32(SYMBOL_FACTOR) + (code_points >> 8) * np.int32(PAGE_FACTOR) + np.int32(SYMBOL_TERM)


def fingerprints(sequences: Sequence[Any]) -> tuple[np.ndarray, ...]:
    """Both fingerprints of sequences of code points.

    Args:
        sequences: list of tuples of code points, each of 1 to `MAX_LENGTH`.

    Returns:
        Two int32 arrays, an entry a sequence.

    >>> first, second = fingerprints([(104, 105), (105, 104)])
    >>> int((first == first[0]).sum())
    1
    """
    lengths = np.array([len(sequence) for sequence in sequences], np.int64)
    flat = symbol_codes(np.array([c for sequence in sequences for c in sequence], np.int32))
    row = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(flat)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    result = []
    for factors in (FIRST_FACTORS, SECOND_FACTORS):
        total = np.zeros(len(lengths), np.int32)
        np.add.at(total, row, flat * factors[place])
        result.append(total)
    return tuple(result)
