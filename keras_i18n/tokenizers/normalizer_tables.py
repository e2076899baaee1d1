"""Turns the rules of a SentencePiece normaliser into flat tables that a graph can look things up in.

A *record* says what one code point or one longer key becomes: a stretch of the pool. Record 0 is "stays as it is".
Code points that may belong to a key of several code points have the highest record numbers, so that one comparison
tells whether a text needs the search for longer keys at all. Hangul is composed by arithmetic where the rules say
no more and no less than the arithmetic.
"""

import dataclasses
import functools
import itertools
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import fingerprints, perfect_hash
from keras_i18n.tokenizers.charsmap import read_charsmap
from keras_i18n.tokenizers.narrow_numbers import narrowed

PAGE = 256
NUM_PAGES = 0x110000 // PAGE
SPACE = 32
MAX_RULE_LENGTH = 16
MAX_SYMBOLS = 1024
LEADS, VOWELS, TAILS = (0x1100, 19), (0x1161, 21), (0x11A8, 27)
SYLLABLES = 0xAC00
NUM_SYLLABLES = 19 * 21 * 28


@dataclasses.dataclass(frozen=True)
class NormalizerTables:
    """Tables of one normaliser, each as narrow as its numbers are.

    `entries[256 * pages[c >> 8] + c % 256]` is the record of a code point; `starts`, `lengths` by record point into `pool`;
    records from `first_long` on may begin, continue or end a longer key. `bucket_numbers`, `first`, `second`,
    `long_records` are a `PerfectHash` of the longer keys, with halves of the first fingerprints; `symbols` are the user-defined symbols as rows
    (first fingerprint, second fingerprint, length). `hangul` tells which of lead + vowel, lead + vowel + tail,
    syllable + tail are composed.
    """

    pages: np.ndarray
    entries: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    pool: np.ndarray
    first_long: int
    bucket_numbers: np.ndarray
    first: np.ndarray
    second: np.ndarray
    long_records: np.ndarray
    symbols: np.ndarray
    longest_rule: int
    hangul: tuple[bool, bool, bool]


def _hangul_families(single):
    """The three families of composing rules that follow from what single code points become."""

    def within(block, extra=()):
        low, count = block
        candidates = {*single, *range(low, low + count), *extra}
        return {c: single.get(c, c) - low for c in candidates if 0 <= single.get(c, c) - low < count}

    leads, vowels, tails = within(LEADS), within(VOWELS), within(TAILS)
    syllables = within((SYLLABLES, NUM_SYLLABLES), range(SYLLABLES, SYLLABLES + NUM_SYLLABLES, 28))
    pairs = {(a, b): SYLLABLES + (lead * 21 + vowel) * 28 for a, lead in leads.items() for b, vowel in vowels.items()}
    return (
        {key: (value,) for key, value in pairs.items()},
        {(*key, c): (value + tail + 1,) for key, value in pairs.items() for c, tail in tails.items()},
        {
            (a, c): (SYLLABLES + syllable + tail + 1,)
            for a, syllable in syllables.items()
            if syllable % 28 == 0
            for c, tail in tails.items()
        },
    ), {*vowels, *tails}


def _without_hangul(rules):
    """(rules that arithmetic does not cover, which families it covers, code points that end a family's keys)."""
    single = {key[0]: value[0] for key, value in rules.items() if len(key) == len(value) == 1}
    families, endings = _hangul_families(single)
    covered = tuple(all(rules.get(key) == value for key, value in family.items()) for family in families)
    for family, whole in zip(families, covered, strict=True):
        if whole:
            rules = {key: value for key, value in rules.items() if key not in family}
    return rules, covered, endings if any(covered) else set()


def _check(rules, symbols):
    for what, texts in (("value of the normaliser", rules.values()), ("user-defined symbol", symbols)):
        for text in texts:
            if any(a == b == SPACE for a, b in itertools.pairwise(text)):
                raise ValueError(
                    f"A {what} must not hold two spaces in a row to be compiled. Received: {shown(''.join(map(chr, text)))}."
                )
    longest = max(map(len, rules), default=1)
    if longest > MAX_RULE_LENGTH:
        raise ValueError(
            f"A normaliser's key must have at most {MAX_RULE_LENGTH} code points. Received: {cut(longest)}."
        )
    if len(symbols) > MAX_SYMBOLS or max(map(len, symbols), default=0) > fingerprints.MAX_LENGTH:
        raise ValueError(
            f"A compiled tokenizer takes at most {MAX_SYMBOLS} user-defined symbols of at most "
            f"{fingerprints.MAX_LENGTH} code points. Received: {len(symbols)}, the longest of "
            f"{cut(max(map(len, symbols)))}."
        )


def _trigger(symbol):
    """The code point of a user-defined symbol that ordinary text holds least often."""
    return min(symbol, key=lambda c: (chr(c).isalnum() and c < 128, c in (SPACE, 0x2581), symbol.index(c)))


def build(rules: Mapping[tuple[int, ...], tuple[int, ...]], symbols: Collection[Any] = ()) -> NormalizerTables:
    """Builds the tables.

    Args:
        rules: dict, tuple of code points -> tuple of code points, as `read_charsmap` gives it.
        symbols: user-defined symbols, tuples of code points, which the normaliser leaves alone.

    Returns:
        `NormalizerTables`.

    Raises:
        ValueError: for rules or symbols that are too long, too many, or hold two spaces in a row.

    >>> tables = build({(0x2167,): (0x56, 0x49, 0x49, 0x49)})
    >>> record = tables.entries[PAGE * tables.pages[0x2167 >> 8] + 0x2167 % PAGE]
    >>> tables.pool[tables.starts[record] :][: tables.lengths[record]].tolist()
    [86, 73, 73, 73]
    """
    symbols = list(dict.fromkeys(symbols))
    _check(rules, symbols)
    rules, hangul, endings = _without_hangul(rules)
    single = {key[0]: value for key, value in rules.items() if len(key) == 1 and value != key}
    longer = {key: value for key, value in rules.items() if len(key) > 1}
    triggers = {c for key in longer for c in key[1:]} | endings | {_trigger(symbol) for symbol in symbols}

    records = {}  # (of a trigger, value) -> number; plain records first
    values = [()]

    def record(value, trigger=False):
        if (trigger, value) not in records:
            records[trigger, value] = len(values)
            values.append(value)
        return records[trigger, value]

    entry = {c: record(value) for c, value in single.items() if c not in triggers}
    long_records = [record(value) for value in longer.values()]
    first_long = len(values)
    entry |= {c: record(single.get(c, (c,)), True) for c in sorted(triggers)}

    pages, entries = _paged(entry)
    starts, pool = _pooled(values)
    table = perfect_hash.build(*fingerprints.fingerprints(list(longer)))
    by_slot = np.zeros(table.size, np.int32)
    by_slot[table.slots] = long_records
    marks = fingerprints.fingerprints(symbols)
    return NormalizerTables(
        narrowed(pages),
        narrowed(entries),
        narrowed(starts),
        narrowed([1, *map(len, values[1:])]),
        pool,
        first_long,
        table.bucket_numbers,
        table.first_halves,
        table.second,
        narrowed(by_slot),
        np.stack([*marks, np.array([len(symbol) for symbol in symbols], np.int32)], axis=1),
        max(map(len, longer), default=1),
        hangul,
    )


@functools.lru_cache(maxsize=4)
def of_charsmap(charsmap: bytes, symbols: tuple[tuple[int, ...], ...] = ()) -> NormalizerTables:
    """The tables of a SentencePiece charsmap, kept: its 225,000 rules are the same in most models, and take a second.

    Args:
        charsmap: bytes, as a SentencePiece model has them.
        symbols: as `build` takes them.

    Raises:
        ValueError: as `build`.
    """
    return build(read_charsmap(charsmap), symbols)


def _paged(entry):
    """(pages, entries): `entries[256 * pages[c >> 8] + c % 256]` is `entry.get(c, 0)`; page 0 of entries is all 0."""
    used = sorted({c // PAGE for c in entry})
    pages = np.zeros(NUM_PAGES, np.int32)
    pages[used] = np.arange(1, len(used) + 1)
    entries = np.zeros(PAGE * (len(used) + 1), np.int32)
    for c, number in entry.items():
        entries[pages[c // PAGE] * PAGE + c % PAGE] = number
    return pages, entries


def _pooled(values):
    """(start of each value, pool), a value inside of another one not being stored again."""
    text = ""
    starts = {}
    for value in sorted(set(values), key=len, reverse=True):
        piece = "".join(map(chr, value))
        at = text.find(piece)
        starts[value] = len(text) if at < 0 else at
        text += piece if at < 0 else ""
    return np.array([starts[v] for v in values], np.int32), np.array([*map(ord, text), 0], np.int32)
