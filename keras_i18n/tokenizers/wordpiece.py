"""The WordPiece tokenizer of BERT as data: the very ids of Hugging Face's `tokenizers`."""

import functools
import json
import pathlib
import re
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Config, Path, Texts, TokenIds
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import tokenizer_file, word_characters
from keras_i18n.tokenizers.unigram import PADDING_ID, clean_text
from keras_i18n.tokenizers.word_characters import ALONE, KIND_BITS, SPACE, SPECIAL, SYMBOL_BITS, WordCharacters

_FORMAT = "keras_i18n wordpiece tokenizer 1"
_MAX_BYTES = 2**26
_MAX_SPECIAL_TOKENS = 64
_TEXTS_AT_ONCE = 512
_WORDS_KEPT = 2**17  # words whose ids are remembered
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


class WordPieceTokenizer:
    """Text to token ids as BERT has them: words, cut from the left into the longest pieces of a vocabulary.

    A text is cleaned (controls, formats and private use go), folded, and cut into words at white space; a punctuation
    mark is a word of its own. A word with a part that no piece spells is unknown as a whole. The classes of characters
    are those of Hugging Face's `tokenizers`, so that ids are equal for every text.

    Args:
        vocabulary: the pieces by token id; those that go on with a word begin with `continuation`.
        lowercase: whether letters become small.
        strip_accents: whether nonspacing marks are removed; None for as `lowercase` says.
        split_ideographs: whether each Chinese character is a word of its own.
        begin: piece put before each text: False for none, True for "[CLS]", or a piece.
        end: piece put after each text: False for none, True for "[SEP]", or a piece.
        unknown: piece of words that no pieces spell.
        continuation: what pieces inside of a word begin with.
        special_tokens: pieces that are found in a text before all else and never cut; None for those of
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" that the vocabulary has; `()` for none.
        max_word_length: longer words, in code points, are unknown.

    Raises:
        ValueError: a vocabulary without its unknown piece, with a piece twice or an empty one; special tokens that it
            lacks or that overlap; another option out of its range.

    >>> tokenizer = WordPieceTokenizer(["[UNK]", "[CLS]", "[SEP]", "un", "##able", "!"], begin=True, end=True)
    >>> tokenizer.tokenize(["Unable! unknown"])[0].tolist()
    [1, 3, 4, 5, 0, 2]
    """

    padding_id = PADDING_ID

    def __init__(
        self,
        vocabulary: Sequence[str],
        *,
        lowercase: bool = True,
        strip_accents: bool | None = None,
        split_ideographs: bool = True,
        begin: bool | str = False,
        end: bool | str = False,
        unknown: str = "[UNK]",
        continuation: str = "##",
        special_tokens: Sequence[str] | None = None,
        max_word_length: int = 100,
    ) -> None:
        self.pieces = _checked_vocabulary(vocabulary)
        self._ids = {piece: number for number, piece in enumerate(self.pieces)}
        strip_accents = lowercase if strip_accents is None else strip_accents
        for name, value in (
            ("lowercase", lowercase),
            ("strip_accents", strip_accents),
            ("split_ideographs", split_ideographs),
        ):
            if not isinstance(value, (bool, np.bool_)):
                raise ValueError(f"`{name}` must be True or False. Received: {shown(value)}.")
        self.lowercase, self.strip_accents = bool(lowercase), bool(strip_accents)
        self.split_ideographs = bool(split_ideographs)
        self.unknown = self._piece("unknown", unknown)
        self.begin_piece = self._piece("begin", _default(begin, "[CLS]"))
        self.end_piece = self._piece("end", _default(end, "[SEP]"))
        if not isinstance(continuation, str) or not continuation:
            raise ValueError(f"`continuation` must be text such as '##'. Received: {shown(continuation)}.")
        self.continuation = continuation
        if special_tokens is None:
            special_tokens = [token for token in SPECIAL_TOKENS if token in self._ids]
        self.special_tokens = _checked_special_tokens(special_tokens)
        for token in self.special_tokens:
            self._piece("special_tokens", token)
        if isinstance(max_word_length, bool) or not isinstance(max_word_length, (int, np.integer)):
            raise ValueError(f"`max_word_length` must be an integer. Received: {shown(max_word_length)}.")
        if not 1 <= max_word_length <= 2**20:
            raise ValueError(f"`max_word_length` must be from 1 to {2**20}. Received: {cut(max_word_length)}.")
        self.max_word_length = int(max_word_length)
        self._found: dict[str, list[int]] = {}  # ids of words that were met
        self._longest = max(map(len, self.pieces))

    def _piece(self, name, piece):
        if piece is None and name != "unknown":
            return None
        if piece not in self._ids:
            raise ValueError(
                f"`{name}` must be of the vocabulary. Received: {shown(piece)}, and the vocabulary of {len(self._ids)} "
                "pieces lacks it."
            )
        return piece

    @classmethod
    def from_file(cls, path: Path, **options: Any) -> Self:
        """Reads a `vocab.txt`: one piece a line, in the order of their ids.

        Args:
            path: the file, UTF-8.
            options: as in the constructor.

        Raises:
            ValueError: names the file: too big, not UTF-8, or a vocabulary that the constructor refuses.
        """

        def read(data):
            lines = data.decode("utf-8").split("\n")
            return cls([line.rstrip() for line in (lines[:-1] if lines[-1] == "" else lines)], **options)

        return tokenizer_file.loaded(path, read, _MAX_BYTES)

    def write_vocabulary(self, path: Path) -> None:
        """Writes a `vocab.txt` that other libraries read, whole or not at all."""
        with atomic_path(path) as temporary:
            pathlib.Path(temporary).write_text("".join(f"{piece}\n" for piece in self.pieces), encoding="utf-8")

    @property
    def vocabulary_size(self) -> int:
        """Number of pieces; token ids are 0 .. vocabulary_size - 1."""
        return len(self.pieces)

    @property
    def unknown_id(self) -> int:
        """Token id of words that no pieces spell."""
        return self._ids[self.unknown]

    @property
    def begin_id(self) -> int | None:
        """Token id put before each text, or None."""
        return None if self.begin_piece is None else self._ids[self.begin_piece]

    @property
    def end_id(self) -> int | None:
        """Token id put after each text, or None."""
        return None if self.end_piece is None else self._ids[self.end_piece]

    def piece_id(self, piece: str) -> int:
        """Token id of a piece, or `unknown_id`."""
        return self._ids.get(piece, self.unknown_id)

    @functools.cached_property
    def characters(self) -> WordCharacters:
        """What each code point becomes."""
        return word_characters.hugging_face(
            lowercase=self.lowercase, strip_accents=self.strip_accents, split_ideographs=self.split_ideographs
        )

    @functools.cached_property
    def _special_pattern(self):
        return re.compile("|".join(map(re.escape, self.special_tokens))) if self.special_tokens else None

    def words(self, texts: Texts) -> list[list[str]]:
        """The words of texts as the vocabulary sees them; a special token is one code point from U+D800 on.

        >>> WordPieceTokenizer(["[UNK]"]).words(["Où est-il, 東京?"])
        [['ou', 'est', '-', 'il', ',', '東', '京', '?']]
        """
        numbers = {token: chr(SPECIAL + number) for number, token in enumerate(self.special_tokens)}
        cleaned = [clean_text(text) for text in texts]
        if self._special_pattern is not None:
            cleaned = [self._special_pattern.sub(lambda found: numbers[found.group()], text) for text in cleaned]
        flat = np.frombuffer("\0".join([*cleaned, ""]).encode("utf-32-le", "surrogatepass"), np.int32)
        symbols, source = self.characters.symbols(flat)
        kinds, code_points = symbols & (1 << KIND_BITS) - 1, symbols >> SYMBOL_BITS
        code_points = np.where(kinds == SPACE, 32, code_points)
        code_points[flat[source] == 0] = 0
        # a word of its own gets a space on both sides
        counts = np.where(kinds == ALONE, 3, 1)
        spaced = np.full(counts.sum(), 32, np.int32)
        spaced[np.cumsum(counts) - np.where(kinds == ALONE, 2, 1)] = code_points
        line = spaced.astype("<i4").tobytes().decode("utf-32-le", "surrogatepass")
        return [[word for word in part.split(" ") if word] for part in line.split("\0")[:-1]]

    def tokenize(self, texts: Texts, max_tokens: int | None = None) -> TokenIds:
        """Token ids of texts, begin and end pieces included.

        Args:
            texts: sequence of str. Lone surrogates and code points 0 count as U+FFFD.
            max_tokens: longest result; longer ones lose tokens before the end piece, which stays.

        Returns:
            A list of int32 arrays, one a text.

        Raises:
            TypeError: for one str in place of a sequence, or for texts that are not str.
            ValueError: for `max_tokens` below the number of begin and end pieces.
        """
        if isinstance(texts, (str, bytes)):
            raise TypeError(f"`texts` must be a sequence of str. Received: {shown(texts)}. Put it into a list.")
        before = [] if self.begin_id is None else [self.begin_id]
        after = [] if self.end_id is None else [self.end_id]
        least = max(1, len(before) + len(after))
        if max_tokens is not None and max_tokens < least:
            raise ValueError(f"`max_tokens` must be at least {least}. Received: {cut(max_tokens)}.")
        room = None if max_tokens is None else max_tokens - len(before) - len(after)
        texts, sequences = list(texts), []
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            for words in self.words(texts[first : first + _TEXTS_AT_ONCE]):
                ids = [number for word in words for number in self._word_ids(word)]
                sequences.append(np.array([*before, *ids[:room], *after], np.int32))
        return sequences

    def _word_ids(self, word):
        found = self._found.get(word)
        if found is None:
            if len(self._found) >= _WORDS_KEPT:
                self._found = {}
            found = self._found[word] = self._cut(word)
        return found

    def _cut(self, word):
        special = ord(word[0]) - SPECIAL
        if 0 <= special < len(self.special_tokens):
            return [self._ids[self.special_tokens[special]]]
        ids, start, unknown = [], 0, [self.unknown_id]
        if len(word) > self.max_word_length:
            return unknown
        while start < len(word):
            prefix = self.continuation if start else ""
            for end in range(min(len(word), start + self._longest), start, -1):
                number = self._ids.get(prefix + word[start:end])
                if number is not None:
                    break
            else:
                return unknown
            ids.append(number)
            start = end
        return ids

    def pad(self, sequences: TokenIds) -> np.ndarray:
        """Stacks sequences of ids to int32 `[batch, longest]`, padded with `padding_id` on the right."""
        out = np.full((len(sequences), max(map(len, sequences), default=0)), self.padding_id, np.int32)
        for row, ids in zip(out, sequences, strict=True):
            row[: len(ids)] = ids
        return out

    def extended(self, pieces: Sequence[str]) -> "WordPieceTokenizer":
        """A tokenizer with more pieces, whose ids follow those of this one, which stay.

        Args:
            pieces: what the vocabulary lacks; those that go on with a word begin with `continuation`.

        Raises:
            ValueError: a piece that is there already, comes twice, or is empty.
        """
        return type(self)(**{**self.get_config(), "vocabulary": [*self.pieces, *pieces]})

    def get_config(self) -> Config:
        """All that decides the token ids, as plain data."""
        return {
            "vocabulary": list(self.pieces),
            "lowercase": self.lowercase,
            "strip_accents": self.strip_accents,
            "split_ideographs": self.split_ideographs,
            "begin": self.begin_piece or False,
            "end": self.end_piece or False,
            "unknown": self.unknown,
            "continuation": self.continuation,
            "special_tokens": list(self.special_tokens),
            "max_word_length": self.max_word_length,
        }

    def _described(self):
        return {"format": _FORMAT, **self.get_config()}

    @functools.cached_property
    def digest(self) -> str:
        """Hex sha256 of all that decides the token ids."""
        return tokenizer_file.json_digest(self._described())

    def to_bytes(self) -> bytes:
        """The tokenizer as JSON, with its digest."""
        described = {**self._described(), tokenizer_file.DIGEST: self.digest}
        return json.dumps(described, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Reads `to_bytes()` again.

        Raises:
            ValueError: for other bytes, or some that differ from those that were written.
        """
        return tokenizer_file.from_json(data, cls, file_format=_FORMAT, name="WordPiece tokenizer")

    def save(self, path: Path) -> None:
        """Writes one file, whole or not at all."""
        with atomic_path(path) as temporary:
            temporary.write_bytes(self.to_bytes())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what `save` wrote; refusals (ValueError) name the file."""
        return tokenizer_file.loaded(path, cls.from_bytes, _MAX_BYTES)

    def __repr__(self) -> str:
        return (
            f"WordPieceTokenizer({len(self.pieces)} pieces, lowercase={self.lowercase}, begin={self.begin_piece!r}, "
            f"end={self.end_piece!r})"
        )


def _default(option, piece):
    """The piece that an option of True, False or a piece stands for."""
    return (piece if option else None) if isinstance(option, (bool, np.bool_)) else option


def _checked_vocabulary(vocabulary):
    if isinstance(vocabulary, (str, bytes)) or not isinstance(vocabulary, Sequence) or not vocabulary:
        raise ValueError(
            f"`vocabulary` must be a sequence of pieces. Received: {shown(vocabulary)}. "
            "`WordPieceTokenizer.from_file` reads a vocab.txt."
        )
    seen = set()
    for number, piece in enumerate(vocabulary):
        if not isinstance(piece, str) or not piece or piece in seen:
            raise ValueError(
                "Pieces of a vocabulary must be text, none empty, none twice. "
                f"Received: {shown(piece)} as piece {cut(number)}."
            )
        seen.add(piece)
    return tuple(vocabulary)


def _checked_special_tokens(tokens):
    if isinstance(tokens, (str, bytes)) or len(tokens) > _MAX_SPECIAL_TOKENS:
        raise ValueError(f"`special_tokens` must be at most {_MAX_SPECIAL_TOKENS} pieces. Received: {shown(tokens)}.")
    tokens = tuple(dict.fromkeys(tokens))
    for one in tokens:
        for other in tokens:
            inside = one != other and one in other
            for size in range(1, len(one)):
                inside = inside or other.startswith(one[size:])
            if not one or inside:
                raise ValueError(
                    "Special tokens must not overlap: the end of none may begin another one. "
                    f"Received: {shown(one)} and {shown(other)}."
                )
    return tokens
