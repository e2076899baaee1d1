"""Where words begin before byte-level BPE: the patterns of GPT-2 and of Llama 3 as rules over classes of characters.

A pattern is matched from left to right, which a graph cannot do at once. But where a match begins is told by a few
neighbours: so each rule is a handful of comparisons over whole rows, here in NumPy and in `layers.word_beginnings`
for graphs.
"""

import dataclasses
import functools

import numpy as np

from keras_i18n.tokenizers import pattern_characters
from keras_i18n.tokenizers.bert_characters import members

# what a code point is to a pattern; the three kinds of white space come last
END, LETTER, NUMBER, OTHER, SPACE, NEWLINE, WHITE = range(7)
PAGE_BITS = 7
NUM_PAGES = 0x110000 >> PAGE_BITS
SPECIAL = 0xD800  # a special token counts as a code point from here on, which no text holds
APOSTROPHE = 0x27
LONG_S = 0x17F  # which is an "s" where case does not count
# after an apostrophe, at the beginning of a match: 's 't 'm 'd and 're 've 'll
ONE_LETTER, TWO_LETTERS = "stmd", ("re", "ve", "ll")


@dataclasses.dataclass(frozen=True)
class WordPattern:
    """One pattern.

    `digits`: numbers that stand together make one word of at most so many; 0 for any number of them. `prefixes`: a word
    of letters may begin with any one other character, and a run of others takes the ends of lines behind it (Llama 3);
    otherwise with a space only, and words of numbers as well (GPT-2). `any_case`: contractions in capitals count.
    """

    expression: str
    digits: int
    prefixes: bool
    any_case: bool


_LLAMA = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
PATTERNS = {
    "gpt2": WordPattern(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", 0, False, False),
    "llama3": WordPattern(_LLAMA, 3, True, True),
    "qwen2": WordPattern(_LLAMA.replace("{1,3}", ""), 1, True, True),
}


@functools.cache
def classes() -> tuple[np.ndarray, np.ndarray]:
    """(page offsets, cells), int32: the class of c is `cells[page_offsets[c >> 7] + c]`."""
    cells = np.full(NUM_PAGES << PAGE_BITS, OTHER, np.int32)
    for kind, ranges in (
        (LETTER, pattern_characters.LETTERS),
        (NUMBER, pattern_characters.NUMBERS),
        (WHITE, pattern_characters.WHITE_SPACE),
    ):
        cells[list(members(ranges))] = kind
    cells[ord(" ")] = SPACE
    cells[[ord("\r"), ord("\n")]] = NEWLINE
    cells[0] = END
    cells[SPECIAL : SPECIAL + 0x800] = END
    pages, page_of = np.unique(cells.reshape(NUM_PAGES, -1), axis=0, return_inverse=True)
    offsets = (page_of.reshape(-1) - np.arange(NUM_PAGES)) << PAGE_BITS
    return offsets.astype(np.int32), pages.reshape(-1)


def beginnings(code_points: np.ndarray, pattern: WordPattern) -> np.ndarray:
    """Where words begin in one long row of texts.

    Args:
        code_points: int32, valid ones; each text ends with 0, the last one too; special tokens are from `SPECIAL` on.
        pattern: a row of `PATTERNS`.

    Returns:
        bool, of the same length. An end is a word of its own.

    >>> text = "I'll  go"
    >>> begins = beginnings(np.array([*map(ord, text), 0]), PATTERNS["gpt2"])
    >>> [text[first:last] for first, last in zip(*[np.flatnonzero(begins)[k : k - 1 or None] for k in (0, 1)])]
    ['I', "'ll", ' ', ' go']
    """
    offsets, cells = classes()
    kind = cells[offsets[code_points >> PAGE_BITS] + code_points]
    group = np.minimum(kind, SPACE)
    before, after = _shifted(group, 1), _shifted(group, -1)
    kind_before = _shifted(kind, 1)
    begins = (group != before) | (group == END)
    begins &= (group == SPACE) | (kind_before != SPACE) | (group == END)
    is_white = group == SPACE
    # of several white characters the last one goes with what follows
    begins |= is_white & (before == SPACE) & (after != SPACE) & (after != END)
    if pattern.prefixes:
        alone = (kind == OTHER) & begins
        begins &= ~((group == LETTER) & (_shifted(alone, 1) | (kind_before == WHITE)))
        begins = _ends_of_lines(kind, begins)
    if pattern.digits:
        is_number = kind == NUMBER
        place = np.arange(len(kind))
        first = np.maximum.accumulate(np.where(is_number & (before != NUMBER), place, 0))
        begins |= is_number & ((place - first) % pattern.digits == 0)
    return _contractions(code_points, begins, pattern.any_case)


def _shifted(row, places):
    """The row moved to the right, or to the left; zeros come in."""
    out = np.zeros_like(row)
    if places > 0:
        out[places:] = row[:-places]
    else:
        out[:places] = row[-places:]
    return out


def _ends_of_lines(kind, begins):
    """White space up to the last end of a line is one word; such that follow others at once belong to these."""
    newline = kind == NEWLINE
    place = np.arange(len(kind))
    other_than_newline = np.maximum.accumulate(np.where(newline, 0, place))
    absorbed = newline & (kind[other_than_newline] == OTHER)
    white = (kind >= SPACE) & ~absorbed
    run_begins = white & ~_shifted(white, 1)
    # how many ends of lines stand from here to the end of the run
    run_end = np.minimum.accumulate(np.where(white, len(kind), place)[::-1])[::-1]
    counted = np.concatenate([[0], np.cumsum(newline)])
    to_come = counted[run_end] - counted[place]
    after_newline = _shifted(newline & ~absorbed, 1)
    in_run = white & ~run_begins
    begins = begins & ~absorbed & ~(in_run & (to_come > 0))
    return begins | run_begins | (in_run & after_newline & (to_come == 0))


def _contractions(code_points, begins, any_case):
    lower = code_points
    if any_case:
        lower = np.where((code_points >= 65) & (code_points <= 90), code_points + 32, code_points)
        lower = np.where(code_points == LONG_S, ord("s"), lower)
    first, second = _shifted(lower, -1), _shifted(lower, -2)
    here = (code_points == APOSTROPHE) & begins
    one = here & np.isin(first, [ord(c) for c in ONE_LETTER])
    two = here & np.any([(first == ord(a)) & (second == ord(b)) for a, b in TWO_LETTERS], axis=0)
    begins = begins & ~_shifted(one | two, 1)
    return begins | _shifted(one, 2) | _shifted(two, 3)
