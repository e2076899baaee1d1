"""What each code point becomes before a text is cut into words, as flat tables that a graph can look things up in.

A *symbol* is a number: `code point * 64 + order * 4 + kind`. The kind says whether it is part of a word, a word of its
own, parts words, or leaves no trace. The order is 0 for what marks stand on; marks are sorted by it, as Unicode's
canonical order wants.
"""

import dataclasses
import functools
import unicodedata
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from keras_i18n.tokenizers import bert_characters, canonical_code_points, canonical_composition, keras_hub_characters

LETTER, ALONE, SPACE, DROPPED = range(4)
KIND_BITS, ORDER_BITS = 2, 4
SYMBOL_BITS = KIND_BITS + ORDER_BITS
PAGE_BITS = 7
NUM_PAGES = 0x110000 >> PAGE_BITS
DELTA_ZERO = 1 << 20
LENGTH_BITS = 5  # of a cell that stands for several symbols
END_OF_TEXT = SPACE  # the symbol of padding
SPECIAL = 0xD800  # a special token counts as a code point from here on, which no text holds
MAX_SPECIAL = 0x800
_NO_PIECE = 1  # a code point that no text keeps, for controls part words
SYLLABLES = (0xAC00, 19 * 21 * 28)
LEADS, VOWELS, TAILS = 0x1100, 0x1161, 0x11A7


@dataclasses.dataclass(frozen=True)
class WordCharacters:
    """Tables over code points; every array is int32.

    `cells[page_offsets[c >> 7] + c]` is `symbol + 64 * (2**20 - c)` where a code point becomes one symbol. A number
    below 0 is `-(32 * start + count)`: so many symbols from that place of `pool` on; with start 0 they are the parts of
    a Hangul syllable. `unicode_version` is the Unicode by which words are composed after that, where they are.
    """

    page_offsets: np.ndarray
    cells: np.ndarray
    pool: np.ndarray
    unicode_version: int = 14

    def symbols(self, code_points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(symbols, which of the code points each comes from) of one long row of valid code points."""
        cells = self.cells[self.page_offsets[code_points >> PAGE_BITS] + code_points]
        several = cells < 0
        counts = np.where(several, -cells & (1 << LENGTH_BITS) - 1, 1)
        source = np.repeat(np.arange(len(cells)), counts)
        symbols = (cells + ((code_points - DELTA_ZERO) << SYMBOL_BITS))[source]
        inside = np.flatnonzero(several[source])
        if len(inside):
            place = inside - (np.cumsum(counts) - counts)[source[inside]]
            start = -cells[source[inside]] >> LENGTH_BITS
            parts = _syllable_parts(code_points[source[inside]], place) << SYMBOL_BITS
            symbols[inside] = np.where(start > 0, self.pool[np.minimum(start + place, len(self.pool) - 1)], parts)
        order = symbols >> KIND_BITS & (1 << ORDER_BITS) - 1
        if (order > 1).any():
            runs = np.cumsum(order == 0)
            sequence = np.lexsort((order, runs))  # stable: marks of one class stay as they are
            symbols, source = symbols[sequence], source[sequence]
        kept = symbols & (1 << KIND_BITS) - 1 != DROPPED
        return symbols[kept], source[kept]

    def composed(self, symbols: np.ndarray) -> np.ndarray:
        """Symbols of one long row, the letters of each word in normal form C."""
        is_letter = symbols & (1 << KIND_BITS) - 1 == LETTER
        # 0 stands for what is no letter: nothing composes with it
        numbers = np.where(is_letter, symbols >> SYMBOL_BITS, 0).astype("<i4")
        letters = numbers.tobytes().decode("utf-32-le", "surrogatepass")
        composed = canonical_composition.compose(letters, unicode_version=self.unicode_version)
        if composed is letters:
            return symbols
        numbers = np.frombuffer(composed.encode("utf-32-le", "surrogatepass"), np.int32)
        found = numbers << SYMBOL_BITS | LETTER
        found[numbers == 0] = symbols[~is_letter]
        return found

    @functools.cached_property
    def letters(self) -> frozenset[int]:
        """Code points that may stand inside of a word: also a colon, where folding makes `::=` of one character."""
        every = np.arange(SPECIAL, dtype=np.int32)
        every = np.concatenate([every, np.arange(SPECIAL + MAX_SPECIAL, 0x110000, dtype=np.int32)])
        cells = self.cells[self.page_offsets[every >> PAGE_BITS] + every]
        symbols = np.concatenate([(cells + ((every - DELTA_ZERO) << SYMBOL_BITS))[cells >= 0], self.pool])
        found = symbols[symbols & (1 << KIND_BITS) - 1 == LETTER] >> SYMBOL_BITS
        return frozenset(np.unique(found).tolist())

    @functools.cached_property
    def composed_letters(self) -> frozenset[int]:
        """`letters` and what they may compose to: folding gives marks that are no accents in the text."""
        made = canonical_composition.canonical_rules(self.unicode_version).known
        return self.letters.union(made, range(SYLLABLES[0], sum(SYLLABLES)))

    def own_kinds(self, text: str) -> np.ndarray:
        """The kind of each code point of a text where it stays as it is; DROPPED where it becomes something else."""
        code_points = np.array([ord(character) for character in text], np.int32)
        cells = self.cells[self.page_offsets[code_points >> PAGE_BITS] + code_points]
        stays = cells >> SYMBOL_BITS == DELTA_ZERO
        return np.where(stays, cells & (1 << KIND_BITS) - 1, DROPPED)


def _syllable_parts(syllables, place):
    index = syllables - SYLLABLES[0]
    parts = (LEADS + index // 588, VOWELS + index // 28 % 21, TAILS + index % 28)
    return np.choose(np.clip(place, 0, 2), parts)


@functools.cache
def hugging_face(*, lowercase: bool, strip_accents: bool, split_ideographs: bool) -> WordCharacters:
    """The `WordCharacters` of the BERT normaliser and pre-tokenizer of Hugging Face's `tokenizers`.

    Args:
        lowercase: whether letters become small.
        strip_accents: whether texts are decomposed and lose their nonspacing marks.
        split_ideographs: whether each Chinese character is a word of its own.

    >>> tables = hugging_face(lowercase=True, strip_accents=True, split_ideographs=True)
    >>> symbols, _ = tables.symbols(np.array([ord("É")], np.int32))
    >>> chr(symbols[0] >> SYMBOL_BITS)
    'e'
    """
    read = bert_characters.members
    accents, lower = read(bert_characters.ACCENTS), bert_characters.lower_case()
    marks = {c: unicodedata.combining(chr(c)) for c in read(bert_characters.MARKS)}
    orders = {size: number for number, size in enumerate(sorted(set(marks.values())), 2)}
    becomes: dict[int, tuple[int, ...]] = {}
    if strip_accents:
        whole = read(bert_characters.WHOLE)
        for c in {*canonical_code_points.code_points()} - whole:
            parts = tuple(map(ord, unicodedata.normalize("NFD", chr(c))))
            if parts != (c,):
                becomes[c] = parts
    if lowercase:
        becomes = {c: tuple(small for p in parts for small in lower.get(p, (p,))) for c, parts in becomes.items()}
        becomes = {**lower, **becomes}
    kinds = dict.fromkeys(read(bert_characters.PUNCTUATION), ALONE)
    kinds |= dict.fromkeys(read(bert_characters.WHITE_SPACE), SPACE)
    ideographs = read(bert_characters.IDEOGRAPHS) if split_ideographs else set()

    def symbol(c, source):
        if strip_accents and c in accents:
            # what parts a run of marks parts it although it goes
            return c << SYMBOL_BITS | (unicodedata.combining(chr(c)) > 0) << KIND_BITS | DROPPED
        order = orders[marks[c]] if strip_accents and c in marks else 0
        kind = ALONE if source in ideographs else kinds.get(c, LETTER)
        return c << SYMBOL_BITS | order << KIND_BITS | kind

    removed = read(bert_characters.REMOVED)
    special = {*kinds, *becomes} | (accents | set(marks) if strip_accents else set())
    values = {c: [symbol(part, c) for part in becomes.get(c, (c,))] for c in special - removed}
    unchanged = {ALONE: ideographs - set(values), 1 << KIND_BITS | DROPPED: removed}
    return tables(values, unchanged, decompose_hangul=strip_accents)


@functools.cache
def keras_hub(
    *, lowercase: bool, strip_accents: bool, split_ideographs: bool, unicode_version: int = 14
) -> WordCharacters:
    """The `WordCharacters` of KerasHub's WordPiece tokenizer; a word is folded after it was cut out.

    What only a neighbour decides is not in a table: what folded letters and marks of a word compose to is found afterwards,
    by the tokenizer's `compose`.

    Args:
        lowercase: whether words are folded by Unicode's NFKC_Casefold.
        strip_accents: whether texts are decomposed and lose their nonspacing marks.
        split_ideographs: whether each Chinese character is a word of its own.
        unicode_version: by which words are folded, decomposed and composed, 14 or 16, as KerasHub has it. Where words and
            accents are is told by another one in both.

    >>> tables = keras_hub(lowercase=True, strip_accents=False, split_ideographs=True)
    >>> symbols, _ = tables.symbols(np.array([ord(c) for c in "Ｅß"], np.int32))
    >>> "".join(chr(symbol >> SYMBOL_BITS) for symbol in symbols)
    'ess'
    """
    names, rules = keras_hub_characters, canonical_composition.canonical_rules(unicode_version)
    accents, canonical = bert_characters.members(names.ACCENTS), rules.known
    ignored = bert_characters.members(names.IGNORED)
    later = names.later_folded() if unicode_version == 16 else {}
    folded = bert_characters.members(names.FOLDED) | ignored | {*later} if lowercase else set()
    ideographs = bert_characters.members(names.IDEOGRAPHS) if split_ideographs else set()
    kinds = dict.fromkeys(bert_characters.members(names.PUNCTUATION) | ideographs, ALONE)
    kinds |= dict.fromkeys(bert_characters.members(names.DELIMITERS), SPACE)
    marks = {c for c in canonical - accents if strip_accents and rules.combining(c)}
    orders = {size: number for number, size in enumerate(sorted({rules.combining(c) for c in marks}), 2)}

    def fold(parts):
        if not lowercase:
            return parts
        text = "".join(chr(later.get(c, c)) for c in parts if c not in ignored)
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        # white space that comes of folding stays inside of its word, which no piece spells then
        return [_NO_PIECE if character == " " else ord(character) for character in text]

    def symbols(c):
        parts = rules.decomposed(c) if strip_accents and c in canonical else [c]
        parts = [part for part in parts if not strip_accents or part not in accents]
        if not parts:  # what parts a run of marks parts it although it goes
            return [c << SYMBOL_BITS | (rules.combining(c) > 0) << KIND_BITS | DROPPED]
        kind = kinds.get(parts[0], LETTER)
        if kind == SPACE:
            return [parts[0] << SYMBOL_BITS | SPACE]
        found = fold(parts)
        if kind == ALONE and len(found) != 1:
            space = ord(" ") << SYMBOL_BITS | SPACE
            return [space, *(part << SYMBOL_BITS | LETTER for part in found), space]
        order = {part: orders[rules.combining(part)] for part in found if part in marks}
        made = [part << SYMBOL_BITS | order.get(part, 0) << KIND_BITS | kind for part in found]
        return made or [c << SYMBOL_BITS | DROPPED]

    changing = {*kinds} - ideographs | folded | ((canonical | accents) if strip_accents else set())
    unchanged = {ALONE: ideographs - changing}
    found = tables({c: symbols(c) for c in changing if c}, unchanged, decompose_hangul=strip_accents and not lowercase)
    return dataclasses.replace(found, unicode_version=unicode_version)


def tables(
    values: Mapping[int, Sequence[int]], unchanged: Mapping[int, Collection[int]], *, decompose_hangul: bool
) -> WordCharacters:
    """`WordCharacters` of given symbols.

    Args:
        values: code point -> its symbols.
        unchanged: lower bits of a symbol -> code points that stay as they are; those of neither are letters.
        decompose_hangul: whether syllables become their parts.

    >>> numbers = tables({97: [98 << SYMBOL_BITS]}, {}, decompose_hangul=False).symbols(np.array([97, 99], np.int32))[0]
    >>> (numbers >> SYMBOL_BITS).tolist()
    [98, 99]
    """
    unchanged = {**unchanged, ALONE: {*unchanged.get(ALONE, ()), *range(SPECIAL, SPECIAL + MAX_SPECIAL)}}
    values = {**values, 0: [END_OF_TEXT]}
    cells = np.full(NUM_PAGES << PAGE_BITS, DELTA_ZERO << SYMBOL_BITS, np.int32)
    for bits, code_points in unchanged.items():
        cells[list(code_points)] += bits
    pool, starts = [0], {}
    for c, symbols in values.items():
        if len(symbols) == 1:
            cells[c] = symbols[0] + ((DELTA_ZERO - c) << SYMBOL_BITS)
            continue
        key = tuple(symbols)
        if key not in starts:
            starts[key] = len(pool)
            pool += key
        cells[c] = -((starts[key] << LENGTH_BITS) + len(key))
    if decompose_hangul:
        tails = np.arange(SYLLABLES[1]) % 28
        cells[SYLLABLES[0] : sum(SYLLABLES)] = np.where(tails > 0, -3, -2)
    pages, page_of = np.unique(cells.reshape(NUM_PAGES, -1), axis=0, return_inverse=True)
    offsets = (page_of.reshape(-1) - np.arange(NUM_PAGES)) << PAGE_BITS
    return WordCharacters(offsets.astype(np.int32), pages.reshape(-1), np.array(pool, np.int32))
