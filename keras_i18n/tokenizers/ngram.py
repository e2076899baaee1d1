"""Text to hashed words and character n-grams: no vocabulary, no training, every language."""

import functools
import hashlib
import json
import zlib
from collections.abc import Sequence
from typing import Self

import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Config, Path, Texts, TokenIds
from keras_i18n.shown import shown
from keras_i18n.tokenizers import ngram_hashing, tokenizer_file
from keras_i18n.tokenizers.canonical_composition import compose as canonically_composed
from keras_i18n.tokenizers.character_table import FOLDS, SOLO, CharacterTable, character_table, symbols
from keras_i18n.tokenizers.kept_buckets import MOST_BUCKETS, KeptBuckets
from keras_i18n.tokenizers.padding import padded

MAGIC = b"keras_i18n ngram tokenizer 1\n"
_MAX_BYTES = 2**24
_TEXTS_AT_ONCE = 512  # so many texts' features stay in the processor's cache


class NgramTokenizer:
    """Hashes the words and character n-grams of a text to ids below `num_buckets`.

    A word is a run of letters, vowel signs and digits; an ideograph, a kana or an emoji is a word of its own. A run of
    several words is hashed too. An n-gram is n neighbouring characters of a word, where the boundary before and the one
    after the word count as characters (as in fastText: `<wh`, `whe`, .., `re>`). The ids of a text come in this order:
    words, runs of two words, .., n-grams from the shortest to the longest; inside each as in the text.

    Everything that decides an id lies in the tokenizer as plain data: its saved file gives the same ids on a Python
    with newer Unicode tables.

    Args:
        num_buckets: ids are 0 .. num_buckets - 1.
        word_lengths: hash runs of so many words; `()` for no words.
        ngram_lengths: hash n-grams of so many characters; `()` for none.
        fold: what is folded before hashing, of "case" and "accents".
        seed: another seed gives other ids.
        compose: whether spellings that Unicode calls equivalent, such as "é" and "e" with an accent after it, give the
            same ids: texts are composed (NFC of Unicode 14) first. False keeps every code point as it comes.
        kept_buckets: those alone give ids, 0 for the first of them, 1 for the second ..; features of others are left out.
            None for all.

    Raises:
        ValueError: for an option out of its range.

    Example:

    >>> from keras_i18n.tokenizers import NgramTokenizer
    >>> tokenizer = NgramTokenizer(num_buckets=1000, word_lengths=(1,), ngram_lengths=(3,))
    >>> [len(ids) for ids in tokenizer.tokenize(["Où vas-tu ?", ""])]
    [10, 0]
    >>> first, second = tokenizer.tokenize(["OÙ", "où"])
    >>> bool((first == second).all())
    True
    """

    padding_id = -1

    def __init__(
        self,
        *,
        num_buckets: int = 131_072,
        word_lengths: Sequence[int] = (1, 2),
        ngram_lengths: Sequence[int] = (3, 4, 5),
        fold: Sequence[str] = ("case",),
        seed: int = 0,
        compose: bool = True,
        kept_buckets: Sequence[int] | np.ndarray | None = None,
    ) -> None:
        self.num_buckets = _integer("num_buckets", num_buckets, 1, 2**31 - 1)
        self.word_lengths = _lengths("word_lengths", word_lengths, 4)
        self.ngram_lengths = _lengths("ngram_lengths", ngram_lengths, 16)
        self.fold = _folds(fold)
        self.seed = _integer("seed", seed, 0, 10**6)
        if not isinstance(compose, (bool, np.bool_)):
            raise ValueError(f"`compose` must be True or False. Received: {shown(compose)}.")
        self.compose = bool(compose)
        if not self.word_lengths and not self.ngram_lengths:
            raise ValueError("One of `word_lengths` and `ngram_lengths` must name a length. Received: () for both.")
        self.kept = None if kept_buckets is None else KeptBuckets.of(kept_buckets, num_buckets=self.num_buckets)
        self._table: CharacterTable | None = None

    @property
    def vocabulary_size(self) -> int:
        """Number of buckets, of those that are kept; token ids are 0 .. vocabulary_size - 1."""
        return self.num_buckets if self.kept is None else self.kept.count

    def with_kept(self, ids: Sequence[int] | np.ndarray) -> Self:
        """The same tokenizer with some of its ids, in rising order: id `ids[i]` becomes `i`, others are left out."""
        chosen = np.asarray(ids)
        if self.kept is not None and len(chosen):
            if chosen[-1] >= self.kept.count:
                raise ValueError(f"`ids` must be below {self.kept.count}. Received: {shown(int(chosen[-1]))}.")
            chosen = self.kept.buckets[chosen]
        return self.with_buckets(chosen)

    def with_buckets(self, buckets: Sequence[int] | np.ndarray) -> Self:
        """The same tokenizer with other buckets, in rising order, whatever it keeps itself."""
        other = type(self)(**self.get_config(), kept_buckets=buckets)
        other._table = self.table
        return other

    @property
    def table(self) -> CharacterTable:
        """The `CharacterTable`: how each code point is folded and what it is."""
        if self._table is None:
            self._table = character_table(self.fold)
        return self._table

    def tokenize(self, texts: Texts, max_tokens: int | None = None) -> TokenIds:
        """Token ids of texts.

        Args:
            texts: sequence of str. Lone surrogates count as U+FFFD and, as code point 0 does, part words.
            max_tokens: longest result; the ids after it are left out.

        Returns:
            A list of int32 arrays, one a text.

        Raises:
            TypeError: for one str in place of a sequence, or for texts that are not str.
            ValueError: for `max_tokens` below 1.
        """
        if isinstance(texts, (str, bytes)):
            raise TypeError(f"`texts` must be a sequence of str. Received: {shown(texts)}. Put it into a list.")
        texts = list(texts)
        for text in texts:
            if not isinstance(text, str):
                raise TypeError(f"A text must be a str. Received: {shown(text)} of type {type(text).__name__}.")
        if max_tokens is not None:
            max_tokens = _integer("max_tokens", max_tokens, 1, 2**31 - 1)
        sequences = []
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            ids, ends = self._features(texts[first : first + _TEXTS_AT_ONCE])
            sequences += [ids[a:b][:max_tokens] for a, b in zip([0, *ends[:-1]], ends, strict=True)]
        return sequences

    def _features(self, texts):
        """`(ids, ends)`: the ids of all texts one after the other, and where each text ends."""
        if self.compose:
            texts = list(map(canonically_composed, texts))
        # every text ends with one code point 0, and one stands before the first: boundaries on both sides
        flat = np.frombuffer(("\0" + "\0".join(texts) + "\0").encode("utf-32-le", "surrogatepass"), np.int32)
        lengths = np.fromiter(map(len, texts), np.int32, len(texts))
        owner = np.concatenate([[0], np.repeat(np.arange(len(texts), dtype=np.int32), lengths + 1)])
        symbol = symbols(flat, self.table)
        kept = (symbol & 3) < 3
        symbol, owner = symbol[kept], owner[kept]
        salts = ngram_hashing.salts(self.seed, self.word_lengths, self.ngram_lengths)
        kinds = [*self._word_features(symbol, owner), *self._ngram_features(symbol, owner)]
        counts = np.stack([np.bincount(owners, minlength=len(texts)) for _, owners in kinds], axis=1)
        starts = np.cumsum(counts.reshape(-1)).reshape(counts.shape) - counts  # (texts, kinds)
        hashes = np.empty(counts.sum(), np.int32)
        for kind, (values, owners) in enumerate(kinds):
            firsts = np.cumsum(counts[:, kind]) - counts[:, kind]
            shift = (starts[:, kind] - firsts).astype(np.int32)
            hashes[np.arange(len(values), dtype=np.int32) + shift[owners]] = values + salts[kind]
        ids = ngram_hashing.bucket(hashes, np.int32(self.num_buckets))
        ends = np.cumsum(counts.sum(axis=1))
        if self.kept is not None:
            ids = self.kept.ranks(ids)
            ends = np.append(0, np.cumsum(ids >= 0))[ends]
            ids = ids[ids >= 0]
        return ids, ends.tolist()

    def _word_features(self, symbol, owner):
        """`(hashes, owners)` of each length of `word_lengths`."""
        if not self.word_lengths:
            return
        is_letter = symbol > 0
        is_solo = (symbol & 3) == SOLO
        begins = is_letter.copy()
        begins[1:] &= ~is_letter[:-1] | is_solo[1:] | is_solo[:-1]
        starts = np.flatnonzero(begins)
        if len(starts):
            word = np.cumsum(begins)[starts[0] :] - 1
            place = np.arange(starts[0], len(symbol)) - starts[word]
            place = np.minimum(place, len(ngram_hashing.WORD_POWERS) - 1)
            letters = symbol[starts[0] :] * ngram_hashing.WORD_POWERS[place]
            words = np.add.reduceat(letters, starts - starts[0], dtype=np.int32)
        else:
            words = np.zeros(0, np.int32)
        owners = owner[starts]
        runs = words
        for length in range(1, max(self.word_lengths) + 1):
            if length > 1:
                runs = runs[:-1] * ngram_hashing.WORD_CHAIN + words[length - 1 :]
            if length in self.word_lengths:
                inside = owners[: len(runs)] == owners[length - 1 :]
                yield runs[inside], owners[: len(runs)][inside]

    def _ngram_features(self, symbol, owner):
        """`(hashes, owners)` of each length of `ngram_lengths`."""
        is_letter = symbol > 0
        # the boundary before a word belongs to the text of that word
        window_owner = owner.copy()
        window_owner[:-1][~is_letter[:-1]] = owner[1:][~is_letter[:-1]]
        hashes, inside = symbol, is_letter
        for length in range(1, max(self.ngram_lengths, default=0) + 1):
            if length > 1:
                if len(hashes) < 2:
                    hashes, inside = hashes[:0], inside[:0]
                else:
                    hashes = hashes[:-1] * ngram_hashing.CHAIN + symbol[length - 1 :]
                    inside = _inside(is_letter, inside, length)
            if length in self.ngram_lengths:
                chosen = np.flatnonzero(inside)
                owners = owner if length == 1 else window_owner
                yield hashes[chosen], owners[chosen]

    def pad(self, sequences: TokenIds) -> np.ndarray:
        """Stacks sequences of ids to int32 `[batch, longest]`, padded with `padding_id` on the right."""
        return padded(sequences, self.padding_id)

    def get_config(self) -> Config:
        """The plain options: all but `kept_buckets`."""
        return {
            "num_buckets": self.num_buckets,
            "word_lengths": list(self.word_lengths),
            "ngram_lengths": list(self.ngram_lengths),
            "fold": list(self.fold),
            "seed": self.seed,
            "compose": self.compose,
        }

    @functools.cached_property
    def digest(self) -> str:
        """Hex sha256 of all that decides the token ids."""
        return hashlib.sha256(self._header() + self._table_bytes()).hexdigest()

    def _header(self, **more):
        described = {**self.get_config(), "num_pages": len(self.table.page_offsets), "num_cells": len(self.table.cells)}
        described["unicode_version"] = self.table.unicode_version
        if not self.compose:
            del described["compose"]  # a file from before there was the option keeps its digest
        if self.kept is not None:
            described["num_kept"] = self.kept.count
        return MAGIC + json.dumps({**described, **more}, sort_keys=True).encode() + b"\n"

    def _table_bytes(self):
        tables = self.table.page_offsets.astype("<i4").tobytes() + self.table.cells.astype("<i4").tobytes()
        return tables if self.kept is None else tables + self.kept.bits.tobytes()

    def to_bytes(self) -> bytes:
        """The tokenizer as bytes: a line that names the kind, a line of options and digest, the compressed tables."""
        return self._header(**{tokenizer_file.DIGEST: self.digest}) + zlib.compress(self._table_bytes(), 9)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Reads `to_bytes()` again.

        Raises:
            ValueError: for the bytes of something else, or damaged ones.
        """
        data = bytes(data)
        if not data.startswith(MAGIC):
            raise ValueError(f"The file of an NgramTokenizer must begin with {MAGIC!r}. Received: {shown(data)}.")
        try:
            line, _, packed = data[len(MAGIC) :].partition(b"\n")
            config = {"compose": False, **tokenizer_file.options(line)}
            sizes = [_integer(name, config.pop(name), 1, 2**22) for name in ("num_pages", "num_cells")]
            version, digest = str(config.pop("unicode_version")), config.pop(tokenizer_file.DIGEST, None)
            count = config.pop("num_kept", None)
            tokenizer = cls(**config)
            tokenizer._table, bits = _unpacked(packed, sizes, version, tokenizer.num_buckets if count else 0)
            if count is not None:
                tokenizer.kept = _kept(bits, tokenizer.num_buckets, count)
            tokenizer_file.check_digest(tokenizer, digest)
        except (ValueError, KeyError, TypeError, zlib.error) as error:
            raise ValueError(f"The file of the NgramTokenizer is damaged: {error}") from error
        return tokenizer

    def save(self, path: Path) -> None:
        """Writes one file, whole or not at all."""
        with atomic_path(path) as temporary:
            temporary.write_bytes(self.to_bytes())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what `save` wrote; refusals (ValueError) name the file."""
        return tokenizer_file.loaded(path, cls.from_bytes, _MAX_BYTES)

    def __getstate__(self):
        return {"data": self.to_bytes()}

    def __setstate__(self, state):
        self.__dict__.update(type(self).from_bytes(state["data"]).__dict__)

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        kept = "" if self.kept is None else f", {self.kept.count} kept"
        return f"NgramTokenizer({options}{kept})"


def _unpacked(packed, sizes, version, num_buckets):
    """(`CharacterTable`, bitmap of so many buckets) of the compressed end of a file."""
    if num_buckets > MOST_BUCKETS:
        raise ValueError(f"its bitmap must be of at most {MOST_BUCKETS} buckets")
    wanted = 4 * sum(sizes) + -(-num_buckets // 8)
    unpacker = zlib.decompressobj()
    numbers = unpacker.decompress(packed, wanted + 1)
    # the checksum at the end is looked at only where all of it was read
    if len(numbers) != wanted or not unpacker.eof or unpacker.unused_data:
        raise ValueError(f"its tables must have {wanted} bytes, and nothing may follow")
    words = np.frombuffer(numbers, "<i4", sum(sizes)).astype(np.int32)
    page_offsets, cells = np.split(words, sizes[:1])
    table = CharacterTable(page_offsets, cells, version)
    if not table.is_sound():
        raise ValueError("its tables point outside of themselves")
    return table, np.frombuffer(numbers, np.uint8, offset=4 * sum(sizes))


def _kept(bits, num_buckets, count):
    """The `KeptBuckets` of a file's bitmap."""
    kept = KeptBuckets(num_buckets, bits)
    unused = -num_buckets % 8
    if isinstance(count, bool) or kept.count != count or count < 1 or (unused and bits[-1] >> (8 - unused)):
        raise ValueError(f"its bitmap must name {shown(count)} of {num_buckets} buckets")
    return kept


def _inside(is_letter, inside, length):
    """Which windows of `length` characters are n-grams of a word, given the windows one shorter.

    All characters but the first and the last are letters; a window of two holds at least one.
    """
    if length == 2:
        return is_letter[:-1] | is_letter[1:]
    if length == 3:
        return is_letter[1:-1].copy()
    return inside[:-1] & is_letter[length - 2 : -1]


def _integer(name, value, least, most):
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= most:
        raise ValueError(f"`{name}` must be an integer from {least} to {most}. Received: {shown(value)}.")
    return int(value)


def _lengths(name, values, most):
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        raise ValueError(f"`{name}` must be a tuple of lengths such as (1, 2). Received: {shown(values)}.")
    lengths = tuple(sorted(_integer(name, value, 1, most) for value in values))
    if len(set(lengths)) < len(lengths):
        raise ValueError(f"`{name}` must name each length once. Received: {shown(values)}.")
    return lengths


def _folds(fold):
    folds = tuple(fold) if not isinstance(fold, str) else (fold,)
    if not set(folds) <= set(FOLDS):
        raise ValueError(f"`fold` must name some of {', '.join(map(repr, FOLDS))}. Received: {shown(fold)}.")
    return tuple(name for name in FOLDS if name in folds)
