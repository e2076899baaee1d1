"""Canonical composition (Unicode's NFC): one spelling for texts that Unicode calls equivalent.

"é" is one code point on most keyboards and two in file names of macOS. Both are the same text, so both must give the
same token ids. Python composes by its own library; `tables` holds what a graph needs to do the same.

Source: Unicode Standard Annex 15, "Unicode Normalization Forms".
"""

import dataclasses
import functools
import re
import unicodedata

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.tokenizers import canonical_code_points, perfect_hash

PAGE_BITS = 5
NUM_PAGES = 0x30000 >> PAGE_BITS  # no code point from here on is composed, decomposed or moved
CLASS_BITS = 6  # combining classes are numbered by size, 0 for the characters that marks stand on
LEADS, VOWELS, TAILS = (0x1100, 19), (0x1161, 21), (0x11A8, 27)
SYLLABLES = (0xAC00, 19 * 21 * 28)

# an entry of the table over code points: fields of so many bits, from the lowest on
ENTRY_FIELDS = {"mark_class": CLASS_BITS, "last_class": CLASS_BITS, "may_compose": 1, "decomposes": 1, "length": 3}
# Two sums that make a pair of code points two numbers which no other pair has: the determinant is odd, so that the map
# can be turned back in 32 bits.
PAIR_FACTORS = tuple(
    tuple(row)
    for row in np.array([[0x9E3779B1, 0x85EBCA77], [0xC2B2AE3D, 0x27D4EB2E]], np.uint32).astype(np.int32).tolist()
)


def compose(text: str) -> str:
    """The text in normal form C of Unicode 14; code points assigned later stay where and what they are.

    Args:
        text: str, lone surrogates allowed.

    >>> compose("e\\u0301") == "\\u00e9"
    True
    """
    if text.isascii():
        return text
    later = _assigned_later(unicodedata)
    if later is None:
        return unicodedata.normalize("NFC", text)
    # a code point that Unicode 14 lacks ends a run of marks, as one does that is no mark
    return "".join(part if later.match(part) else unicodedata.normalize("NFC", part) for part in later.split(text))


@functools.cache
def _assigned_later(data):
    """Pattern of the code points that `data` (a `unicodedata`) normalises and Unicode 14 does not; None for none."""
    if data.unidata_version == canonical_code_points.UNICODE_VERSION:
        return None
    known = {*canonical_code_points.code_points(), *range(SYLLABLES[0], sum(SYLLABLES))}
    later = [
        chr(c)
        for c in range(0x110000)
        if c not in known and (data.combining(chr(c)) or data.normalize("NFD", chr(c)) != chr(c))
    ]
    return re.compile(f"([{''.join(later)}])") if later else None


@dataclasses.dataclass(frozen=True)
class CanonicalTables:
    """What a graph needs to compose; every array is int32.

    `entries[pages[c >> 5] + c]` packs what is known of a code point below 0x30000 (`ENTRY_FIELDS`, then where its
    decomposition starts in `pool`); `pool` holds code points times 64 plus their class. `bucket_numbers`, `first`,
    `second` are a `PerfectHash` of the pairs that compose, `composed` what they become.
    """

    pages: np.ndarray
    entries: np.ndarray
    pool: np.ndarray
    bucket_numbers: np.ndarray
    first: np.ndarray
    second: np.ndarray
    composed: np.ndarray


def pair_keys(left: Array, right: Array) -> tuple[np.ndarray, np.ndarray]:
    """Two int32 numbers for pairs of code points."""
    left, right = np.asarray(left, np.int32), np.asarray(right, np.int32)
    with np.errstate(over="ignore"):
        first, second = (left * np.int32(a) + right * np.int32(b) for a, b in PAIR_FACTORS)
    return first, second


@functools.cache
def tables() -> CanonicalTables:
    """The `CanonicalTables` of Unicode 14.

    >>> tables().pool.dtype
    dtype('int32')
    """
    known = canonical_code_points.code_points()
    classes = {c: unicodedata.combining(chr(c)) for c in known}
    numbers = {value: number for number, value in enumerate(sorted({0, *classes.values()}))}
    whole = {c: [*map(ord, unicodedata.normalize("NFD", chr(c)))] for c in known}
    whole = {c: parts for c, parts in whole.items() if parts != [c]}
    stays = {c for c in whole if unicodedata.normalize("NFC", chr(c)) == chr(c)}
    pairs = {tuple(int(part, 16) for part in unicodedata.decomposition(chr(c)).split()): c for c in sorted(stays)}
    seconds = {right for _, right in pairs} | {start + i for start, count in (VOWELS, TAILS) for i in range(count)}

    pool, entries = [], {}
    for c in sorted({*known, *seconds}):
        parts = whole.get(c, [])
        first, last = parts[0] if parts else c, parts[-1] if parts else c
        values = {
            "mark_class": numbers[classes.get(first, 0)],
            "last_class": numbers[classes.get(last, 0)],
            "may_compose": c in seconds,
            "decomposes": bool(parts) and c not in stays,
            "length": len(parts),
        }
        entries[c] = len(pool) << sum(ENTRY_FIELDS.values()) if parts else 0
        shift = 0
        for name, bits in ENTRY_FIELDS.items():
            entries[c] += int(values[name]) << shift
            shift += bits
        pool += [(part << CLASS_BITS) + numbers[classes.get(part, 0)] for part in parts]
    keys = pair_keys(*zip(*pairs, strict=True))
    table = perfect_hash.build(*keys)
    composed = np.zeros(table.size, np.int32)
    composed[table.slots] = list(pairs.values())
    pages, packed = _paged(entries)
    return CanonicalTables(
        pages, packed, np.array(pool, np.int32), table.bucket_numbers, table.first, table.second, composed
    )


def _paged(entry):
    """(pages, entries) of a dict; pages that are alike are stored once."""
    cells = np.zeros(NUM_PAGES << PAGE_BITS, np.int32)
    cells[list(entry)] = list(entry.values())
    pages, page_of = np.unique(cells.reshape(NUM_PAGES, -1), axis=0, return_inverse=True)
    starts = (page_of.reshape(-1) - np.arange(NUM_PAGES)) << PAGE_BITS
    return starts.astype(np.int32), pages.reshape(-1)
