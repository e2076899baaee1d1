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


def compose(text: str, *, unicode_version: int = 14) -> str:
    """The text in normal form C of a Unicode; code points assigned later stay where and what they are.

    Args:
        text: str, lone surrogates allowed.
        unicode_version: 14 or 16.

    >>> compose("e\\u0301") == "\\u00e9"
    True
    """
    if text.isascii():
        return text
    rules = canonical_rules(unicode_version)
    if rules.later.search(text):
        return _composed_by_pairs(text, rules)
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


class CanonicalRules:
    """Combining classes, decompositions and pairs of Unicode 14 or 16, whatever `unicodedata` knows.

    Args:
        unicode_version: 14 or 16.

    Attributes:
        known: the code points that have any of them, Hangul syllables left out.
        parts: the pair of each code point that came after Unicode 14.

    >>> [hex(c) for c in CanonicalRules(16).decomposed(0x105C9)]
    ['0x105d2', '0x307']
    """

    def __init__(self, unicode_version: int) -> None:
        is_later = unicode_version == 16
        self._marks = canonical_code_points.later_marks() if is_later else {}
        self.pairs = canonical_code_points.later_pairs() if is_later else {}
        self.parts = {whole: pair for pair, whole in self.pairs.items()}
        self._known_before = {*canonical_code_points.code_points()}
        self._syllables = range(SYLLABLES[0], sum(SYLLABLES))
        self.known = self._known_before | {*self._marks, *self.parts}
        # without one of them in a text, Unicode 14 says all of it
        later = {*self._marks, *self.parts, *(left for left, _ in self.pairs)}
        self.later = re.compile(f"[{''.join(map(chr, sorted(later)))}]") if later else re.compile("(?!)")

    def combining(self, c: int) -> int:
        """Combining class of a code point."""
        return self._marks.get(c) or (unicodedata.combining(chr(c)) if c in self._known_before else 0)

    def decomposed(self, c: int) -> list[int]:
        """The full decomposition of a code point."""
        if c in self.parts:
            return [part for one in self.parts[c] for part in self.decomposed(one)]
        whole = c in self._known_before or c in self._syllables
        return [*map(ord, unicodedata.normalize("NFD", chr(c)))] if whole else [c]

    def pair(self, left: int, right: int) -> int | None:
        """What two code points become, None for nothing."""
        if (left, right) in self.pairs:
            return self.pairs[left, right]
        found = unicodedata.normalize("NFC", chr(left) + chr(right))
        known = len(found) == 1 and (ord(found) in self._known_before or ord(found) in self._syllables)
        return ord(found) if known else None


canonical_rules = functools.cache(CanonicalRules)


def _composed_by_pairs(text, rules):
    """Normal form C step by step, for texts that the library may not know."""
    points = [part for character in text for part in rules.decomposed(ord(character))]
    classes = np.array([rules.combining(c) for c in points])
    order = np.lexsort((classes, np.cumsum(classes == 0)))
    out: list[int] = []
    start, before = None, 0  # place of the last character in `out`, and the class of what stands last
    for c, size in ((points[place], int(classes[place])) for place in order):
        adjacent = start == len(out) - 1
        if start is not None and (adjacent or before < size):
            whole = rules.pair(out[start], c)
            if whole is not None:
                out[start] = whole
                continue
        if size == 0:
            start = len(out)
        before = size
        out.append(c)
    return "".join(map(chr, out))


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
def tables(unicode_version: int = 14) -> CanonicalTables:
    """The `CanonicalTables` of Unicode 14 or 16.

    >>> tables().pool.dtype
    dtype('int32')
    """
    rules = canonical_rules(unicode_version)
    known = sorted(rules.known)
    classes = {c: rules.combining(c) for c in known}
    numbers = {value: number for number, value in enumerate(sorted({0, *classes.values()}))}
    whole = {c: rules.decomposed(c) for c in known}
    whole = {c: parts for c, parts in whole.items() if parts != [c]}
    stays = {c for c in whole.keys() - rules.parts if unicodedata.normalize("NFC", chr(c)) == chr(c)}
    pairs: dict[tuple[int, ...], int]
    pairs = {tuple(int(part, 16) for part in unicodedata.decomposition(chr(c)).split()): c for c in sorted(stays)}
    pairs.update(rules.pairs.items())
    stays |= {*rules.parts}
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
