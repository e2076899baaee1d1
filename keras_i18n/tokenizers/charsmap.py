"""Reads a SentencePiece precompiled charsmap out into plain rules.

The charsmap is a double-array trie (darts-clone) over the UTF-8 bytes of the keys, and a pool of NUL-terminated
values. Every node that a text could reach is checked to lie inside of the array, because the C++ library does not.
"""

import functools
import types
from collections.abc import Mapping

import numpy as np

MAX_EDGES = 2**21
MAX_KEY_BYTES = 64
MAX_PREFIXES = 32  # the library looks at no more matches at one place
MAX_VALUE = 64  # code points; a rule may make a text longer by this factor. The longest of Unicode is 18.


def _broken(reason):
    return ValueError(
        f"A precompiled charsmap must be a well-formed trie with its pool of values. Received: {reason}. "
        "Copy the model file again, or train it again."
    )


def _offset(units):
    return (units >> 10) << ((units & (1 << 9)) >> 6)


def _check_values(pool, starts):
    """Refuses values that lie outside of the pool, are not UTF-8 or would let a text grow without bound."""
    if not pool.endswith(b"\0"):
        raise _broken("a pool of values that does not end")
    starts = np.unique(starts)
    if len(starts) and starts.max() >= len(pool):
        raise _broken(f"a value at byte {starts.max()} of a pool of {len(pool)}")
    data = np.frombuffer(pool, np.uint8)
    # a byte that continues a character, wherever a value starts at one
    if (data[starts] & 0xC0 == 0x80).any():
        raise _broken("a value that starts in the middle of a character")
    try:
        pool.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _broken(f"a value that is not UTF-8 at byte {error.start}") from error
    characters = np.cumsum(data & 0xC0 != 0x80)
    ends = np.flatnonzero(data == 0)
    lengths = characters[ends[np.searchsorted(ends, starts)]] - characters[starts]
    if len(lengths) and lengths.max() > MAX_VALUE:
        raise _broken(f"a rule that writes {lengths.max()} code points, where at most {MAX_VALUE} are allowed")


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


def _rules(blob):
    """Yields (keys, starts of their values in the pool), both arrays of a row a rule, by length of the key in bytes.

    The walk follows every node that a text can reach, and refuses those that lie outside of the trie.
    """
    units, pool = _split(blob)
    bases, labels, targets, has_value = _children(units)
    at = _offset(units[:1])  # node of each prefix
    keys = np.zeros((1, 0), np.uint8)  # (prefixes, bytes)
    prefixes = np.zeros(1, np.int64)
    total = 0
    while len(at):
        if at.max() | 0xFF >= len(units):
            raise _broken("a node beyond the trie's end")
        low, high = np.searchsorted(bases, at, "left"), np.searchsorted(bases, at, "right")
        count = high - low
        total += count.sum()
        if total > MAX_EDGES:
            raise _broken(f"more than {MAX_EDGES} nodes")
        parent = np.repeat(np.arange(len(at)), count)
        edge = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + low[parent]
        keys = np.concatenate([keys[parent], labels[edge, None].astype(np.uint8)], axis=1)
        at, prefixes = targets[edge], prefixes[parent] + has_value[edge]
        if keys.shape[1] > MAX_KEY_BYTES or (len(prefixes) and prefixes.max() > MAX_PREFIXES):
            raise _broken(f"a key longer than {MAX_KEY_BYTES} bytes, or with more than {MAX_PREFIXES} rules inside")
        if len(at) and at.max() >= len(units):
            raise _broken("a node beyond the trie's end")
        chosen = np.flatnonzero(has_value[edge])
        starts = units[at[chosen]] & 0x7FFFFFFF
        _check_values(pool, starts)
        yield _texts(keys[chosen]), starts


def _texts(keys):
    """The str of each row of bytes."""
    rows = np.concatenate([keys, np.zeros((len(keys), 1), np.uint8)], axis=1).tobytes()
    try:
        texts = rows.decode("utf-8").split("\0")[:-1]
    except UnicodeDecodeError as error:
        place = error.start // (keys.shape[1] + 1)
        raise _broken(f"the key {keys[place].tobytes()!r}, which is not UTF-8") from error
    return texts


def check_charsmap(blob: bytes) -> None:
    """Raises ValueError for a charsmap that is not well formed, or whose rules write more than `MAX_VALUE` code points.

    The C++ library looks at none of this, and would be led out of its memory.
    """
    if blob:
        for _ in _rules(blob):
            pass


@functools.lru_cache(maxsize=1)
def read_charsmap(blob: bytes) -> Mapping[tuple[int, ...], tuple[int, ...]]:
    """Rules of a precompiled charsmap.

    Args:
        blob: bytes of the normaliser's `precompiled_charsmap`; empty for no rules.

    Returns:
        A read-only mapping: tuple of code points -> tuple of code points, possibly empty. The last one is kept.

    Raises:
        ValueError: for a charsmap that is not well formed, or whose rules write more than `MAX_VALUE` code points.

    >>> len(read_charsmap(b""))
    0
    """
    if not blob:
        return types.MappingProxyType({})
    _, pool = _split(blob)
    values = {}  # by place in the pool
    rules = {}
    for keys, starts in _rules(blob):
        for key, start in zip(keys, starts.tolist(), strict=True):
            if start not in values:
                values[start] = tuple(map(ord, pool[start : pool.index(b"\0", start)].decode("utf-8")))
            rules[tuple(map(ord, key))] = values[start]
    return types.MappingProxyType(rules)
