"""Reads a SentencePiece precompiled charsmap out into plain rules.

The charsmap is a double-array trie (darts-clone) over the UTF-8 bytes of the keys, and a pool of NUL-terminated
values. Every node that a text could reach is checked to lie inside of the array, because the C++ library does not.
"""

import functools
import types
from collections.abc import Mapping

import numpy as np

MAX_RULES = 2**20
MAX_KEY_BYTES = 64
MAX_PREFIXES = 32  # the library looks at no more matches at one place


def _broken(reason):
    return ValueError(
        f"A precompiled charsmap must be a well-formed trie with its pool of values. Received: {reason}. "
        "Copy the model file again, or train it again."
    )


def _offset(units):
    return (units >> 10) << ((units & (1 << 9)) >> 6)


def _values(pool):
    """Offset of each value in the pool -> its code points."""
    if not pool.endswith(b"\0"):
        raise _broken("a pool of values that does not end")

    known = {}

    def value(start):
        if start not in known:
            if start >= len(pool):
                raise _broken(f"a value at byte {start} of a pool of {len(pool)}")
            try:
                text = pool[start : pool.index(b"\0", start)].decode("utf-8")
            except UnicodeDecodeError as error:
                raise _broken(f"a value that is not UTF-8 at byte {start}") from error
            known[start] = tuple(map(ord, text))
        return known[start]

    return value


def _children(units):
    """(bases, labels, next bases, has value) of all edges, sorted by base: unit p with label b hangs at p ^ b."""
    positions = np.flatnonzero((units >> 31 == 0) & (units & 0xFF > 0))
    labels = units[positions] & 0xFF
    bases = positions ^ labels
    order = np.argsort(bases, kind="stable")
    positions, labels, bases = positions[order], labels[order], bases[order]
    return bases, labels, positions ^ _offset(units[positions]), (units[positions] >> 8 & 1).astype(bool)


def _split(blob):
    """(units of the trie, pool of values)."""
    size = int.from_bytes(blob[:4], "little")
    if len(blob) <= 4 or size % 1024 or not 0 < size < len(blob) - 4:
        raise _broken(f"a trie of {size} bytes in a charsmap of {len(blob)} bytes")
    units = np.frombuffer(blob, "<u4", size // 4, 4).astype(np.int64)
    if units[0] >> 8 & 1:
        raise _broken("a rule for the empty text")
    return units, bytes(blob[4 + size :])


def check_charsmap(blob: bytes) -> None:
    """Raises ValueError where a text could lead the C++ library out of a charsmap's bounds."""
    if not blob:
        return
    units, pool = _split(blob)
    if not pool.endswith(b"\0"):
        raise _broken("a pool of values that does not end")
    bases, _, targets, has_value = _children(units)
    at, seen = _offset(units[:1]), np.zeros(len(units), bool)
    while len(at):
        if at.max() | 0xFF >= len(units):
            raise _broken("a node beyond the trie's end")
        seen[at] = True
        edges = np.isin(bases, at)
        reached = targets[edges]
        if len(reached) and reached.max() >= len(units):
            raise _broken("a node beyond the trie's end")
        values = units[targets[edges & has_value]] & 0x7FFFFFFF
        if len(values) and values.max() >= len(pool):
            raise _broken("a value beyond the pool's end")
        at = np.unique(reached)
        at = at[~seen[at]]


@functools.lru_cache(maxsize=1)
def read_charsmap(blob: bytes) -> Mapping[tuple[int, ...], tuple[int, ...]]:
    """Rules of a precompiled charsmap.

    Args:
        blob: bytes of the normaliser's `precompiled_charsmap`; empty for no rules.

    Returns:
        A read-only mapping: tuple of code points -> tuple of code points, possibly empty. The last one is kept.

    Raises:
        ValueError: for a charsmap that is not well formed.

    >>> len(read_charsmap(b""))
    0
    """
    if not blob:
        return types.MappingProxyType({})
    units, pool = _split(blob)
    value_at = _values(pool)
    bases, labels, targets, has_value = _children(units)

    rules: dict[tuple[int, ...], tuple[int, ...]] = {}
    at = _offset(units[:1])  # node of each prefix
    keys = np.zeros((1, 0), np.uint8)  # (prefixes, bytes)
    prefixes = np.zeros(1, np.int64)
    while len(at):
        if at.max() | 0xFF >= len(units):
            raise _broken("a node beyond the trie's end")
        low, high = np.searchsorted(bases, at, "left"), np.searchsorted(bases, at, "right")
        count = high - low
        if count.sum() + len(rules) > MAX_RULES:
            raise _broken(f"more than {MAX_RULES} rules")
        parent = np.repeat(np.arange(len(at)), count)
        edge = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + low[parent]
        keys = np.concatenate([keys[parent], labels[edge, None].astype(np.uint8)], axis=1)
        at, prefixes = targets[edge], prefixes[parent] + has_value[edge]
        if keys.shape[1] > MAX_KEY_BYTES or (len(prefixes) and prefixes.max() > MAX_PREFIXES):
            raise _broken(f"a key longer than {MAX_KEY_BYTES} bytes, or with more than {MAX_PREFIXES} rules inside")
        if len(at) and at.max() >= len(units):
            raise _broken("a node beyond the trie's end")
        for row in np.flatnonzero(has_value[edge]):
            try:
                key = tuple(map(ord, keys[row].tobytes().decode("utf-8")))
            except UnicodeDecodeError as error:
                raise _broken(f"the key {keys[row].tobytes()!r}, which is not UTF-8") from error
            rules[key] = value_at(int(units[at[row]] & 0x7FFFFFFF))
    return types.MappingProxyType(rules)
