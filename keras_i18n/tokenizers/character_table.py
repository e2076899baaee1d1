"""What the n-gram tokenizer knows about each code point, as two small integer tables built from Unicode's own data."""

import dataclasses
import functools
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

PAGE_BITS = 7
END_OF_TABLE = 0x20000  # code points from here on are ideographs, tags and private use: one cell for all
NUM_CODE_POINTS = 0x110000

# what a code point is to the tokenizer
BOUNDARY, LETTER, SOLO, DROPPED = range(4)
DELTA_ZERO = 1 << 20

# Scripts written without spaces in which one character means something: each is a word of its own.
_SOLO_RANGES = ((0x3041, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_SPACE_WITHOUT_WIDTH = 0x200B

_KIND_OF_CATEGORY = {
    **dict.fromkeys(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No", "Cn", "Co"), LETTER),
    **dict.fromkeys(("So", "Sc"), SOLO),
    **dict.fromkeys(("Cf", "Me"), DROPPED),
}


def _fold_case(character):
    for lowered in (character.casefold(), character.lower()):
        if len(lowered) == 1:
            return lowered
    return lowered[0]


def _is_accent(character):
    """Accents, Arabic and Hebrew points; not the marks that make another letter (nukta, kana voicing, virama)."""
    combining = unicodedata.combining(character)
    return 10 <= combining <= 36 or combining >= 200


def _fold_accents(character):
    decomposed = unicodedata.normalize("NFD", character)
    if len(decomposed) > 1 and all(map(_is_accent, decomposed[1:])):
        return decomposed[0]
    return "" if _is_accent(character) else character


# A fold takes one character to one character, or to "" where it leaves no trace. They apply in this order.
FOLDS = {"case": _fold_case, "accents": _fold_accents}


@dataclasses.dataclass(frozen=True)
class CharacterTable:
    """Two tables over code points.

    A cell is `4 * (2**20 + folded code point - code point) + kind`, found at
    `cells[page_offsets[c >> 7] + c]`, where `c` is at most 0x20000.
    """

    page_offsets: np.ndarray
    cells: np.ndarray
    unicode_version: str

    def is_sound(self) -> bool:
        """Whether every place that a code point can ask for lies inside the tables."""
        pages = (END_OF_TABLE >> PAGE_BITS) + 1
        if len(self.page_offsets) != pages:
            return False
        first = self.page_offsets.astype(np.int64) + (np.arange(pages) << PAGE_BITS)
        return bool((first >= 0).all() and (first + (1 << PAGE_BITS) <= len(self.cells)).all())


def read_character(code_point: int, fold: Sequence[str] = ()) -> tuple[int, int]:
    """`(folded code point, kind)` of one code point.

    >>> read_character(ord("É"), ("case", "accents")) == (ord("e"), LETTER)
    True
    """
    character = chr(code_point)
    category = unicodedata.category(character)
    kind = _KIND_OF_CATEGORY.get(category, BOUNDARY)
    if any(first <= code_point <= last for first, last in _SOLO_RANGES):
        kind = SOLO
    if code_point in _VARIATION_SELECTORS:
        kind = DROPPED
    if code_point in (_SPACE_WITHOUT_WIDTH, 0xFFFD):
        kind = BOUNDARY
    if kind == BOUNDARY or category in ("Cn", "Co"):
        return code_point, kind
    compatible = unicodedata.normalize("NFKC", character)
    if len(compatible) == 1:
        character = compatible
    for name, function in FOLDS.items():
        if name in fold and character:
            character = function(character)
    if not character:
        return code_point, DROPPED
    digit = unicodedata.decimal(character, None)
    return (ord(character) if digit is None else ord("0") + digit), kind


@functools.cache
def character_table(fold: Sequence[str] = ()) -> CharacterTable:
    """The tables for a tuple of folds: "case", "accents".

    Boundaries are spaces, punctuation, controls and what is no character; letters are letters, vowel signs and digits;
    ideographs, kana, emoji and currency signs stand alone; joiners, soft hyphens and variation selectors are dropped.
    Compatibility forms of one character are replaced, decimal digits of every script become 0-9.
    """
    cells = np.empty(END_OF_TABLE + (1 << PAGE_BITS), np.int32)
    for code_point in range(END_OF_TABLE):
        folded, kind = read_character(code_point, fold)
        cells[code_point] = 4 * (DELTA_ZERO + folded - code_point) + kind
    cells[END_OF_TABLE:] = 4 * DELTA_ZERO + SOLO
    pages, page_of = np.unique(cells.reshape(-1, 1 << PAGE_BITS), axis=0, return_inverse=True)
    starts = np.arange(len(page_of)) << PAGE_BITS
    offsets = (page_of.reshape(-1) << PAGE_BITS) - starts
    return CharacterTable(offsets.astype(np.int32), pages.reshape(-1), unicodedata.unidata_version)


def symbols(code_points: np.ndarray, table: Any) -> np.ndarray:
    """Reads code points through the tables.

    Args:
        code_points: int32 array of any shape; any number at all.
        table: a `CharacterTable`.

    Returns:
        int32 array of `4 * folded code point + kind`; 0 for every boundary.
    """
    is_code_point = (code_points >= 0) & (code_points < NUM_CODE_POINTS)
    code_points = np.where(is_code_point, code_points, 0)
    place = np.minimum(code_points, END_OF_TABLE)
    cell = table.cells[table.page_offsets[place >> PAGE_BITS] + place]
    symbol = cell + 4 * (code_points - DELTA_ZERO)
    return np.where((cell & 3) == BOUNDARY, 0, symbol).astype(np.int32)
