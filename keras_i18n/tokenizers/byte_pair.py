"""Byte-level BPE as data, as GPT-2, RoBERTa, Whisper and Llama 3 have it: the ids of Hugging Face's `tokenizers`."""

import functools
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from keras_i18n.protocols import Config, Path, Texts, TokenIds
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import canonical_composition, merge_tables, tokenizer_file, word_patterns
from keras_i18n.tokenizers.pair_merges import Ranks, merged
from keras_i18n.tokenizers.piece_tokenizer import MAX_BYTES, SPECIAL, PieceTokenizer, checked_flags
from keras_i18n.tokenizers.word_patterns import PATTERNS


def _alphabet():
    """GPT-2's character for each byte: the printable ones of Latin 1 are themselves, the others come from U+0100 on."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return tuple(chr(byte) if byte in printable else chr(next(others)) for byte in range(256))


ALPHABET = _alphabet()
_BYTES = {character: byte for byte, character in enumerate(ALPHABET)}


class BytePairTokenizer(PieceTokenizer):
    """Text to token ids by byte-level byte-pair encoding.

    A text is cut into words by a pattern, a word is the bytes of its UTF-8, and neighbouring pieces are merged, those of
    the first merge in the list first. No text is unknown. The classes of characters are those of Hugging Face's
    `tokenizers`, so that ids are equal for every text.

    Args:
        vocabulary: the pieces by token id, in GPT-2's characters for bytes ("Ġ" is a space); special tokens as they are.
        merges: pairs of pieces, the first ones first.
        pattern: "gpt2" (also of RoBERTa and Whisper), "llama3" (also of GPT-4) or "qwen2": how words are found.
        prefix_space: whether a text that does not begin with a space gets one (RoBERTa).
        begin: piece put before each text: False for none, True for "<s>", or a piece.
        end: piece put after each text: False for none, True for "</s>", or a piece.
        special_tokens: pieces that are found in a text before all else and never cut.
        whole_words: whether a word that is a piece becomes it, whatever the merges make of it (Llama 3).
        max_tokens: longest result of `tokenize` and of the compiled tokenizer; None for any length.
        compose: whether texts are brought into Unicode's normal form C first (Qwen 2), that of Unicode 14.
        strip_left, strip_right: special tokens that swallow white space before, or after them (RoBERTa's "<mask>").

    Raises:
        ValueError: a vocabulary without one of the 256 bytes, with a piece twice or an empty one; merges of pieces that
            it lacks; special tokens that it lacks or that overlap; another option out of its range.

    >>> letters = [character for character in ALPHABET]
    >>> tokenizer = BytePairTokenizer([*letters, "to", "Ġto"], [("t", "o"), ("Ġ", "to")])
    >>> [tokenizer.pieces[i] for i in tokenizer.tokenize(["to tot"])[0]]
    ['to', 'Ġto', 't']
    """

    FORMAT = "keras_i18n byte-pair tokenizer 1"
    NAME = "byte-pair tokenizer"
    BEGIN, END = "<s>", "</s>"

    def __init__(
        self,
        vocabulary: Sequence[str],
        merges: Sequence[Sequence[str]],
        *,
        pattern: str = "gpt2",
        prefix_space: bool = False,
        begin: bool | str = False,
        end: bool | str = False,
        special_tokens: Sequence[str] = (),
        whole_words: bool = False,
        max_tokens: int | None = None,
        compose: bool = False,
        strip_left: Sequence[str] = (),
        strip_right: Sequence[str] = (),
    ) -> None:
        super().__init__(vocabulary, begin=begin, end=end, special_tokens=special_tokens, max_tokens=max_tokens)
        if pattern not in PATTERNS:
            raise ValueError(f"`pattern` must be one of {', '.join(map(repr, PATTERNS))}. Received: {shown(pattern)}.")
        self.pattern = pattern
        flags = checked_flags(prefix_space=prefix_space, whole_words=whole_words, compose=compose)
        self.prefix_space, self.whole_words = flags["prefix_space"], flags["whole_words"]
        self.compose = flags["compose"]
        self.strip_left = self._among_special("strip_left", strip_left)
        self.strip_right = self._among_special("strip_right", strip_right)
        missing = [byte for byte, character in enumerate(ALPHABET) if character not in self._ids]
        if missing:
            raise ValueError(
                f"A byte-level vocabulary must have a piece for each of the 256 bytes. Received: one without {shown(missing)}."
            )
        self.merges = _checked_merges(merges)
        self.ranks: Ranks = merge_tables.ranks_of(self.merges, self._ids)

    def _among_special(self, name, tokens):
        other = [tokens] if isinstance(tokens, str) else [token for token in tokens if token not in self.special_tokens]
        if other:
            raise ValueError(f"`{name}` must be some of `special_tokens`. Received: {shown(other[0])}.")
        return tuple(dict.fromkeys(tokens))

    @classmethod
    def from_file(cls, vocabulary: Path, merges: Path, **options: Any) -> Self:
        """Reads a `vocab.json` and a `merges.txt`.

        Args:
            vocabulary: JSON, piece -> token id; the ids are 0, 1, 2 and so on.
            merges: text, two pieces a line; a first line that begins with "#version" is passed over.
            options: as in the constructor.

        Raises:
            ValueError: names the file: too big, not of this form, or what the constructor refuses.
        """

        def read_merges(data):
            lines = data.decode("utf-8").split("\n")
            lines = [line.removesuffix("\r") for line in lines]
            lines = lines[1:] if lines and lines[0].startswith("#version") else lines
            return [line.split(" ") for line in lines if line]

        pairs = tokenizer_file.loaded(merges, read_merges, MAX_BYTES)
        return tokenizer_file.loaded(
            vocabulary, lambda data: cls(pieces_by_id(tokenizer_file.options(data)), pairs, **options), MAX_BYTES
        )

    @functools.cached_property
    def byte_ids(self) -> np.ndarray:
        """int32 `(256,)`: the token id of each byte."""
        return np.array([self._ids[character] for character in ALPHABET], np.int32)

    def words(self, texts: Texts) -> list[list[str]]:
        """The words of texts; a special token is one code point from U+D800 on.

        >>> BytePairTokenizer(ALPHABET, []).words(["It's 東京,  no?"])
        [['It', "'s", ' 東京', ',', ' ', ' no', '?']]
        """
        cleaned = self.cleaned(texts)
        if self.compose:
            cleaned = list(map(canonical_composition.compose, cleaned))
        if self.prefix_space:
            cleaned = [self._with_prefix_spaces(text) for text in cleaned]
        line = "\0".join([*cleaned, ""])
        flat = np.frombuffer(line.encode("utf-32-le", "surrogatepass"), np.int32)
        begins = np.flatnonzero(word_patterns.beginnings(flat, PATTERNS[self.pattern])).tolist()
        found: list[list[str]] = [[]]
        for first, last in zip(begins, [*begins[1:], len(line)], strict=True):
            if line[first] == "\0":
                found.append([])
            else:
                found[-1].append(line[first:last])
        return found[:-1]

    def _with_prefix_spaces(self, text):
        """A space before a text, and before what follows a special token, where there is none."""
        out, begins = [], True
        for character in text:
            special = SPECIAL <= ord(character) < SPECIAL + len(self.special_tokens)
            if begins and not special and character != " ":
                out.append(" ")
            out.append(character)
            begins = special
        return "".join(out)

    def cut_word(self, word: str) -> list[int]:
        """The pieces of a word by the merges.

        >>> BytePairTokenizer(ALPHABET, []).cut_word("é")
        [195, 169]
        """
        data = word.encode()
        if self.whole_words:
            whole = self._ids.get("".join(ALPHABET[byte] for byte in data))
            if whole is not None:
                return [whole]
        return merged(self.byte_ids[list(data)].tolist(), self.ranks)

    def spelled(self, piece: str) -> bytes | None:
        """The bytes that a piece stands for; None for one with other characters than GPT-2's, as special tokens may be.

        >>> BytePairTokenizer(ALPHABET, []).spelled("Ġto")
        b' to'
        """
        if any(character not in _BYTES for character in piece):
            return None
        return bytes(_BYTES[character] for character in piece)

    def detokenize(self, sequences: TokenIds) -> list[str]:
        """Texts of sequences of token ids; padding, begin, end and special pieces leave no trace.

        Bytes that are no UTF-8, as a text cut inside of a character has them, become U+FFFD.

        >>> tokenizer = BytePairTokenizer(ALPHABET, [])
        >>> tokenizer.detokenize(tokenizer.tokenize(["é 東"]))
        ['é 東']
        """
        silent = {self.begin_id, self.end_id, *(self._ids[token] for token in self.special_tokens)}
        texts = []
        for ids in sequences:
            kept = (self.spelled(self.pieces[i]) for i in map(int, ids) if i >= 0 and i not in silent)
            texts.append(b"".join(data for data in kept if data).decode("utf-8", "replace"))
        return texts

    @functools.cached_property
    def only_whole(self) -> dict[bytes, int]:
        """Bytes -> token id of the pieces that only `whole_words` gives; merges make something else of them."""
        found = {}
        for number, piece in enumerate(self.pieces if self.whole_words else ()):
            data = None if piece in self.special_tokens else self.spelled(piece)
            if data and merged(self.byte_ids[list(data)].tolist(), self.ranks) != [number]:
                found[data] = number
        return found

    def extended(self, pieces: Sequence[str], merges: Sequence[Sequence[str]] = ()) -> "BytePairTokenizer":
        """A tokenizer with more pieces and merges, which come after those of this one.

        Args:
            pieces: what the vocabulary lacks.
            merges: pairs of pieces.

        Raises:
            ValueError: what the constructor refuses.
        """
        config = self.get_config()
        added = {"vocabulary": [*self.pieces, *pieces], "merges": [*config["merges"], *map(list, merges)]}
        return type(self)(**{**config, **added})

    def get_config(self) -> Config:
        """All that decides the token ids, as plain data."""
        return {
            "vocabulary": list(self.pieces),
            "merges": [list(pair) for pair in self.merges],
            "pattern": self.pattern,
            "prefix_space": self.prefix_space,
            **self._options(),
            "special_tokens": list(self.special_tokens),
            "whole_words": self.whole_words,
            # only where they say something: the digest of a tokenizer without them stays what it was
            **({"compose": True} if self.compose else {}),
            **({"strip_left": list(self.strip_left)} if self.strip_left else {}),
            **({"strip_right": list(self.strip_right)} if self.strip_right else {}),
        }


def pieces_by_id(ids: Config) -> list[str]:
    """The pieces of a dict, piece -> token id, in the order of their ids.

    Raises:
        ValueError: for ids that are not 0, 1, 2 and so on.

    >>> pieces_by_id({"b": 1, "a": 0})
    ['a', 'b']
    """
    if not all(type(number) is int for number in ids.values()) or sorted(ids.values()) != list(range(len(ids))):
        raise ValueError(
            f"token ids must be the numbers from 0 on, each once. Received: {len(ids)} pieces with other ones, {shown(ids)}"
        )
    return sorted(ids, key=ids.__getitem__)


def _checked_merges(merges):
    found = []
    for number, pair in enumerate(merges):
        if isinstance(pair, str) or len(pair) != 2 or not all(isinstance(part, str) and part for part in pair):
            raise ValueError(f"A merge must be two pieces. Received: {shown(pair)} as merge {cut(number)}.")
        found.append(tuple(pair))
    return tuple(found)
