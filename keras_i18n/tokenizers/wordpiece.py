"""The WordPiece tokenizer of BERT as data: the very ids of Hugging Face's `tokenizers`."""

import functools
import pathlib
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Config, Path, Texts
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import tokenizer_file, word_characters
from keras_i18n.tokenizers.piece_tokenizer import MAX_BYTES, PieceTokenizer, checked_flags
from keras_i18n.tokenizers.word_characters import ALONE, END_OF_TEXT, KIND_BITS, SPACE, SYMBOL_BITS, WordCharacters

CHARACTERS: dict[str, Callable[..., WordCharacters]] = {
    "hugging_face": word_characters.hugging_face,
    "keras_hub": word_characters.keras_hub,
    "keras_hub_unicode_16": functools.partial(word_characters.keras_hub, unicode_version=16),
}
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


class WordPieceTokenizer(PieceTokenizer):
    """Text to token ids as BERT has them: words, cut from the left into the longest pieces of a vocabulary.

    A text is cleaned (controls, formats and private use go), folded, and cut into words at white space; a punctuation
    mark is a word of its own. A word with a part that no piece spells is unknown as a whole. The classes of characters
    are those of Hugging Face's `tokenizers`, so that ids are equal for every text; or KerasHub's, which `from_keras_hub`
    takes over.

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
        max_word_bytes: words of more bytes of UTF-8 are unknown (KerasHub: 100); None for any number.
        characters: whose classes of characters count: "hugging_face", or "keras_hub_unicode_16" as that cuts and folds
            texts; "keras_hub" leaves what came after Unicode 14 as it is, as files have it that were written before.
        compose: whether each word is brought into Unicode's normal form C after it was folded, as KerasHub does.
        max_tokens: longest result of `tokenize` and of the compiled tokenizer; None for any length.

    Raises:
        ValueError: a vocabulary without its unknown piece, with a piece twice or an empty one; special tokens that it
            lacks or that overlap; another option out of its range.

    >>> tokenizer = WordPieceTokenizer(["[UNK]", "[CLS]", "[SEP]", "un", "##able", "!"], begin=True, end=True)
    >>> tokenizer.tokenize(["Unable! unknown"])[0].tolist()
    [1, 3, 4, 5, 0, 2]
    """

    FORMAT = "keras_i18n wordpiece tokenizer 1"
    NAME = "WordPiece tokenizer"
    BEGIN, END = "[CLS]", "[SEP]"

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
        max_word_bytes: int | None = None,
        characters: str = "hugging_face",
        compose: bool = False,
        max_tokens: int | None = None,
    ) -> None:
        known = {piece for piece in vocabulary if isinstance(piece, str)} if isinstance(vocabulary, Sequence) else set()
        usual = [token for token in SPECIAL_TOKENS if token in known]
        super().__init__(
            vocabulary,
            begin=begin,
            end=end,
            special_tokens=usual if special_tokens is None else special_tokens,
            max_tokens=max_tokens,
        )
        flags = checked_flags(
            lowercase=lowercase,
            strip_accents=lowercase if strip_accents is None else strip_accents,
            split_ideographs=split_ideographs,
            compose=compose,
        )
        self.compose = flags["compose"]
        self.lowercase, self.strip_accents = flags["lowercase"], flags["strip_accents"]
        self.split_ideographs = flags["split_ideographs"]
        self.unknown = self._piece("unknown", unknown)
        if not isinstance(continuation, str) or not continuation:
            raise ValueError(f"`continuation` must be text such as '##'. Received: {shown(continuation)}.")
        self.continuation = continuation
        if isinstance(max_word_length, bool) or not isinstance(max_word_length, (int, np.integer)):
            raise ValueError(f"`max_word_length` must be an integer. Received: {shown(max_word_length)}.")
        if not 1 <= max_word_length <= 2**20:
            raise ValueError(f"`max_word_length` must be from 1 to {2**20}. Received: {cut(max_word_length)}.")
        self.max_word_length = int(max_word_length)
        if max_word_bytes is not None and (type(max_word_bytes) is not int or not 1 <= max_word_bytes <= 2**20):
            raise ValueError(f"`max_word_bytes` must be from 1 to {2**20}, or None. Received: {shown(max_word_bytes)}.")
        self.max_word_bytes = max_word_bytes
        if characters not in CHARACTERS:
            raise ValueError(
                f"`characters` must be one of {', '.join(map(repr, CHARACTERS))}. Received: {shown(characters)}."
            )
        self.characters_of = characters
        self._longest = max(map(len, self.pieces))

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

        return tokenizer_file.loaded(path, read, MAX_BYTES)

    def write_vocabulary(self, path: Path) -> None:
        """Writes a `vocab.txt` that other libraries read, whole or not at all."""
        with atomic_path(path) as temporary:
            pathlib.Path(temporary).write_text("".join(f"{piece}\n" for piece in self.pieces), encoding="utf-8")

    @property
    def unknown_id(self) -> int:
        """Token id of words that no pieces spell."""
        return self._ids[self.unknown]

    def piece_id(self, piece: str) -> int:
        """Token id of a piece, or `unknown_id`."""
        return self._ids.get(piece, self.unknown_id)

    @functools.cached_property
    def characters(self) -> WordCharacters:
        """What each code point becomes."""
        return CHARACTERS[self.characters_of](
            lowercase=self.lowercase, strip_accents=self.strip_accents, split_ideographs=self.split_ideographs
        )

    def words(self, texts: Texts) -> list[list[str]]:
        """The words of texts as the vocabulary sees them; a special token is one code point from U+D800 on.

        >>> WordPieceTokenizer(["[UNK]"]).words(["Où est-il, 東京?"])
        [['ou', 'est', '-', 'il', ',', '東', '京', '?']]
        """
        cleaned = self.cleaned(texts)
        flat = np.frombuffer("\0".join([*cleaned, ""]).encode("utf-32-le", "surrogatepass"), np.int32)
        symbols, _ = self.characters.symbols(flat)
        if self.compose:
            symbols = self.characters.composed(symbols)
        kinds, code_points = symbols & (1 << KIND_BITS) - 1, symbols >> SYMBOL_BITS
        code_points = np.where(kinds == SPACE, 32, code_points)
        code_points[symbols == END_OF_TEXT] = 0
        # a word of its own gets a space on both sides
        counts = np.where(kinds == ALONE, 3, 1)
        spaced = np.full(counts.sum(), 32, np.int32)
        spaced[np.cumsum(counts) - np.where(kinds == ALONE, 2, 1)] = code_points
        line = spaced.astype("<i4").tobytes().decode("utf-32-le", "surrogatepass")
        return [[word for word in part.split(" ") if word] for part in line.split("\0")[:-1]]

    def cut_word(self, word: str) -> list[int]:
        """The longest pieces of a word from the left on, or the unknown one.

        >>> WordPieceTokenizer(["[UNK]", "to", "##day"]).cut_word("today")
        [1, 2]
        """
        ids, start, unknown = [], 0, [self.unknown_id]
        if len(word) > self.max_word_length:
            return unknown
        if self.max_word_bytes is not None and len(word.encode("utf-8", "surrogatepass")) > self.max_word_bytes:
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
            **self._options(),
            "unknown": self.unknown,
            "continuation": self.continuation,
            "special_tokens": list(self.special_tokens),
            "max_word_length": self.max_word_length,
            # only where they say something: the digest of a tokenizer without them stays what it was
            **({} if self.max_word_bytes is None else {"max_word_bytes": self.max_word_bytes}),
            **({} if self.characters_of == "hugging_face" else {"characters": self.characters_of}),
            **({"compose": True} if self.compose else {}),
        }

    def __repr__(self) -> str:
        return (
            f"WordPieceTokenizer({len(self.pieces)} pieces, lowercase={self.lowercase}, begin={self.begin_piece!r}, "
            f"end={self.end_piece!r})"
        )
