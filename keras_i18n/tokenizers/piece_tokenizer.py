"""What the tokenizers share that are a list of pieces and some options: ids, special tokens, a file of JSON."""

import functools
import json
import pathlib
import re
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Config, Path, Texts, TokenIds
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import tokenizer_file
from keras_i18n.tokenizers.padding import padded
from keras_i18n.tokenizers.sentencepiece_tokenizer import PADDING_ID, clean_text

MAX_BYTES = 2**26
_MAX_SPECIAL_TOKENS = 2048  # as many as code points stand for them
_TEXTS_AT_ONCE = 512
_WORDS_KEPT = 2**17  # words whose ids are remembered
# what Unicode calls white space, and the library's tokens swallow
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
SPECIAL = 0xD800  # a special token counts as a code point from here on, which no text holds


class PieceTokenizer:
    """Pieces by token id, some of them put around each text, some found in a text before all else.

    A kind of tokenizer gives `text_words` (the words of cleaned texts), `word_ids` (the pieces of a word) and
    `get_config`; words that were met are remembered.

    Args:
        vocabulary: the pieces by token id.
        begin, end: piece put around each text: False for none, or a piece; True stands for `BEGIN`, `END`.
        special_tokens: pieces that are found in a text before all else and never cut.
        max_tokens: longest result of `tokenize` and of the compiled tokenizer; None for any length.
    """

    padding_id = PADDING_ID
    strip_left: tuple[str, ...] = ()  # special tokens that swallow white space
    strip_right: tuple[str, ...] = ()
    FORMAT: ClassVar[str]
    NAME: ClassVar[str]
    BEGIN: ClassVar[str]
    END: ClassVar[str]

    def __init__(
        self,
        vocabulary: Sequence[str],
        *,
        begin: bool | str = False,
        end: bool | str = False,
        special_tokens: Sequence[str] = (),
        max_tokens: int | None = None,
    ) -> None:
        self.pieces = self._checked_vocabulary(vocabulary)
        self._ids = {piece: number for number, piece in enumerate(self.pieces)}
        self.begin_piece = self._piece("begin", _default(begin, self.BEGIN))
        self.end_piece = self._piece("end", _default(end, self.END))
        self.special_tokens = _checked_special_tokens(special_tokens)
        for token in self.special_tokens:
            self._piece("special_tokens", token)
        self.max_tokens = None if max_tokens is None else self._checked_max_tokens(max_tokens)
        self._found: dict[str, list[int]] = {}  # ids of words that were met

    def _checked_vocabulary(self, vocabulary):
        if isinstance(vocabulary, (str, bytes)) or not isinstance(vocabulary, Sequence) or not vocabulary:
            raise ValueError(
                f"`vocabulary` must be a sequence of pieces. Received: {shown(vocabulary)}. "
                f"`{type(self).__name__}.from_file` reads the files of other libraries."
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

    def _piece(self, name, piece):
        if piece is None and name != "unknown":
            return None
        if piece not in self._ids:
            raise ValueError(
                f"`{name}` must be of the vocabulary. Received: {shown(piece)}, and the vocabulary of {len(self._ids)} "
                "pieces lacks it."
            )
        return piece

    def _checked_max_tokens(self, max_tokens):
        least = max(1, (self.begin_piece is not None) + (self.end_piece is not None))
        if isinstance(max_tokens, bool) or not isinstance(max_tokens, (int, np.integer)) or max_tokens < least:
            raise ValueError(f"`max_tokens` must be an integer of at least {least}. Received: {shown(max_tokens)}.")
        return int(max_tokens)

    @property
    def vocabulary_size(self) -> int:
        """Number of pieces; token ids are 0 .. vocabulary_size - 1."""
        return len(self.pieces)

    @property
    def begin_id(self) -> int | None:
        """Token id put before each text, or None."""
        return None if self.begin_piece is None else self._ids[self.begin_piece]

    @property
    def end_id(self) -> int | None:
        """Token id put after each text, or None."""
        return None if self.end_piece is None else self._ids[self.end_piece]

    @functools.cached_property
    def _special_pattern(self):
        if not self.special_tokens:
            return None
        # a run of white space is looked at once, from its first character on
        before, after = f"(?:(?<![{WHITE_SPACE}])[{WHITE_SPACE}]++)?", f"[{WHITE_SPACE}]*+"
        return re.compile(
            "|".join(
                f"{before if token in self.strip_left else ''}({re.escape(token)}){after if token in self.strip_right else ''}"
                for token in self.special_tokens
            )
        )

    def cleaned(self, texts: Texts) -> list[str]:
        """Texts as they count: without lone surrogates and code points 0, special tokens as one code point each.

        >>> from keras_i18n.tokenizers import WordPieceTokenizer
        >>> WordPieceTokenizer(["[PAD]", "[UNK]"]).cleaned(["a[UNK]"])[0] == "a" + chr(SPECIAL + 1)
        True
        """
        cleaned = [clean_text(text) for text in texts]
        pattern = self._special_pattern
        if pattern is not None:
            cleaned = [pattern.sub(lambda found: chr(SPECIAL - 1 + (found.lastindex or 0)), text) for text in cleaned]
        return cleaned

    def words(self, texts: Texts) -> list[list[str]]:
        """The words of texts as the vocabulary sees them; a special token is one code point from U+D800 on."""
        raise NotImplementedError(f"{type(self).__name__} must give it.")

    def cut_word(self, word: str) -> list[int]:
        """The pieces of a word that is no special token."""
        raise NotImplementedError(f"{type(self).__name__} must give it.")

    def get_config(self) -> Config:
        """All that decides the token ids, as plain data."""
        raise NotImplementedError(f"{type(self).__name__} must give it.")

    def tokenize(self, texts: Texts, max_tokens: int | None = None) -> TokenIds:
        """Token ids of texts, begin and end pieces included.

        Args:
            texts: sequence of str. Lone surrogates and code points 0 count as U+FFFD.
            max_tokens: longest result, that of the tokenizer unless given; longer ones lose tokens before the end piece,
                which stays.

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
        max_tokens = self.max_tokens if max_tokens is None else self._checked_max_tokens(max_tokens)
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
            special = ord(word[0]) - SPECIAL
            if 0 <= special < len(self.special_tokens):
                found = [self._ids[self.special_tokens[special]]]
            else:
                found = self.cut_word(word)
            self._found[word] = found
        return found

    def pad(self, sequences: TokenIds) -> np.ndarray:
        """Stacks sequences of ids to int32 `[batch, longest]`, padded with `padding_id` on the right."""
        return padded(sequences, self.padding_id)

    def _options(self):
        """The options of all kinds, those that say something; the digest of a tokenizer without stays what it was."""
        limit = {} if self.max_tokens is None else {"max_tokens": self.max_tokens}
        return {"begin": self.begin_piece or False, "end": self.end_piece or False, **limit}

    def _described(self):
        return {"format": self.FORMAT, **self.get_config()}

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
        return tokenizer_file.from_json(data, cls, file_format=cls.FORMAT, name=cls.NAME)

    def save(self, path: Path) -> None:
        """Writes one file, whole or not at all."""
        with atomic_path(path) as temporary:
            pathlib.Path(temporary).write_bytes(self.to_bytes())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what `save` wrote; refusals (ValueError) name the file."""
        return tokenizer_file.loaded(path, cls.from_bytes, MAX_BYTES)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.pieces)} pieces, begin={self.begin_piece!r}, end={self.end_piece!r})"


def checked_flags(**flags: Any) -> dict[str, bool]:
    """Options that must be True or False, as bool.

    Raises:
        ValueError: names the one that is something else.

    >>> checked_flags(lowercase=True)
    {'lowercase': True}
    """
    for name, value in flags.items():
        if not isinstance(value, (bool, np.bool_)):
            raise ValueError(f"`{name}` must be True or False. Received: {shown(value)}.")
    return {name: bool(value) for name, value in flags.items()}


def _default(option, piece):
    """The piece that an option of True, False or a piece stands for."""
    return (piece if option else None) if isinstance(option, (bool, np.bool_)) else option


def _checked_special_tokens(tokens):
    if isinstance(tokens, (str, bytes)) or len(tokens) > _MAX_SPECIAL_TOKENS:
        raise ValueError(f"`special_tokens` must be at most {_MAX_SPECIAL_TOKENS} pieces. Received: {shown(tokens)}.")
    tokens = tuple(dict.fromkeys(tokens))
    have = set(tokens)
    begun = {other[:size]: other for other in tokens for size in range(1, len(other))}
    for one in tokens:
        ends = (one[size:] for size in range(1, len(one)))
        other = next((begun.get(end, end) for end in ends if end in begun or end in have), None)
        insides = (one[start:size] for start in range(len(one)) for size in range(start + 1, len(one) + 1))
        other = other or next((inside for inside in insides if inside in have and inside != one), None)
        if not one or other is not None:
            raise ValueError(
                "Special tokens must not overlap: the end of none may begin another one. "
                f"Received: {shown(other or one)} and {shown(one)}."
            )
    return tokens
