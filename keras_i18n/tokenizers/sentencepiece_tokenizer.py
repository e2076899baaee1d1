"""What the tokenizers share that are a SentencePiece `.model` file with the C++ library underneath."""

import functools
import hashlib
import json
import os
import re
from typing import Any, ClassVar, Self

import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Config, Path, Texts, TokenIds
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import sentencepiece_model, tokenizer_file
from keras_i18n.tokenizers.library_segmentation import LibrarySegmentation
from keras_i18n.tokenizers.padding import padded
from keras_i18n.tokenizers.piece_groups import PieceGroups

PADDING_ID = -1
_MAX_BYTES = sentencepiece_model.MAX_MODEL_BYTES + 2**20  # the model, and the lines before it
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The text that a tokenizer sees: what is no character becomes U+FFFD.

    Lone surrogates and code point 0 inside of the text count as U+FFFD; code points 0 at its end are dropped,
    because code points are padded with 0 on the right.

    Raises:
        TypeError: for anything but a str.

    >>> clean_text("a\\0b\\ud800\\0\\0")
    'a\ufffdb\ufffd'
    """
    if not isinstance(text, str):
        raise TypeError(f"A text must be a str. Received: {shown(text)} of type {type(text).__name__}.")
    if _NOT_TEXT.search(text) is None:
        return text
    return _NOT_TEXT.sub("\ufffd", text.rstrip("\0"))


class SentencePieceTokenizer:
    """Text to token ids by a SentencePiece model: the very ids of the sentencepiece library.

    Args:
        model: bytes of a SentencePiece `.model` file.
        begin: piece put before each text: False for none, True for the model's own, or a piece such as "<s>".
        end: piece put after each text, in the same way.
        prefix: text put before each text, as some encoders were trained with ("query: ").
        max_tokens: longest result of `tokenize` and of the compiled tokenizer; None for any length.
        threads: number of threads that `tokenize` uses.
        groups: `PieceGroups` of the pieces.

    Raises:
        ValueError: for a file that is damaged or of another kind, a begin or end piece that it lacks, a prefix with the
            code point 0, or a `max_tokens` below the number of begin and end pieces.
    """

    padding_id = PADDING_ID
    KIND: ClassVar[str]  # of model, in the words of `sentencepiece_model.MODEL_KINDS`
    MAGIC: ClassVar[bytes]
    OPTIONS: ClassVar[frozenset[str]] = frozenset({"begin", "end", "prefix", "max_tokens"})

    def __init__(
        self,
        model: bytes,
        *,
        begin: bool | str = False,
        end: bool | str = False,
        prefix: str = "",
        max_tokens: int | None = None,
        threads: int | None = None,
        groups: PieceGroups | None = None,
    ) -> None:
        self.model_bytes = bytes(model)
        self.model = sentencepiece_model.parse(self.model_bytes, kind=self.KIND)
        self.begin_piece = self._special_piece(begin, self.model.begin_piece, "begin")
        self.end_piece = self._special_piece(end, self.model.end_piece, "end")
        if not isinstance(prefix, str) or clean_text(prefix) != prefix:
            raise ValueError(f"`prefix` must be text without code points 0 and surrogates. Received: {shown(prefix)}.")
        self.prefix = prefix
        self.max_tokens = None if max_tokens is None else self._checked_max_tokens(max_tokens)
        self.threads = threads or min(8, os.cpu_count() or 1)
        self._index: dict[str, int] | None = None
        self._library = LibrarySegmentation(self.model_bytes, self.model, groups or PieceGroups())

    def _special_piece(self, option, default, name):
        if not isinstance(option, (bool, str)) and option is not None:
            raise ValueError(f"`{name}` must be a piece of the vocabulary, True or False. Received: {shown(option)}.")
        piece = {False: None, None: None, True: default}.get(option, option)
        if piece is not None and piece not in self.model.pieces:
            raise ValueError(
                f"`{name}` must be a piece of the vocabulary, True or False. Received: {shown(option)}, "
                f"and the vocabulary lacks {shown(piece)}."
            )
        return piece

    def _checked_max_tokens(self, max_tokens):
        least = max(1, (self.begin_piece is not None) + (self.end_piece is not None))
        if isinstance(max_tokens, bool) or not isinstance(max_tokens, (int, np.integer)) or max_tokens < least:
            raise ValueError(f"`max_tokens` must be an integer of at least {least}. Received: {shown(max_tokens)}.")
        return int(max_tokens)

    @classmethod
    def from_file(cls, path: Path, *, sha256: str | None = None, **options: Any) -> Self:
        """Reads a SentencePiece `.model` file.

        Args:
            path: the file.
            sha256: hex digest that the file must have, as its publisher tells it or `sha256sum` prints it. A `.model`
                carries no digest of its own, so that without this a changed score is not noticed.
            options: as in the constructor.

        Raises:
            ValueError: names the file: too big, damaged, of another kind, or with another digest.
        """

        def read(data):
            found = hashlib.sha256(data).hexdigest()
            if sha256 is not None and found != sha256.lower():
                raise ValueError(f"its SHA-256 must be {sha256}. Received: {cut(found)}. Copy the file again")
            return cls(data, **options)

        return tokenizer_file.loaded(path, read, sentencepiece_model.MAX_MODEL_BYTES)

    @property
    def vocabulary_size(self) -> int:
        """Number of pieces; token ids are 0 .. vocabulary_size - 1."""
        return len(self.model.pieces)

    @property
    def pieces(self) -> tuple[str, ...]:
        """The pieces, a tuple of str by token id; U+2581 stands for the space."""
        return self.model.pieces

    @property
    def unknown_id(self) -> int:
        """Token id of what the vocabulary cannot spell."""
        return self.model.unknown_id

    def piece_id(self, piece: str) -> int:
        """Token id of a piece, or `unknown_id`."""
        if self._index is None:
            self._index = {text: number for number, text in enumerate(self.pieces)}
        return self._index.get(piece, self.unknown_id)

    @property
    def begin_id(self) -> int | None:
        """Token id put before each text, or None."""
        return None if self.begin_piece is None else self.piece_id(self.begin_piece)

    @property
    def end_id(self) -> int | None:
        """Token id put after each text, or None."""
        return None if self.end_piece is None else self.piece_id(self.end_piece)

    def tokenize(self, texts: Texts, max_tokens: int | None = None) -> TokenIds:
        """Token ids of texts, prefix, begin and end pieces included.

        Args:
            texts: sequence of str. Lone surrogates and code points 0 count as U+FFFD (see `clean_text`).
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
        max_tokens = self.max_tokens if max_tokens is None else self._checked_max_tokens(max_tokens)
        special = (self.begin_id is not None) + (self.end_id is not None)
        found = self._library.best([self._given(text) for text in texts], self.threads)
        room = None if max_tokens is None else max_tokens - special
        if special == 0 and room is None:
            return found
        before = np.array([] if self.begin_id is None else [self.begin_id], np.int32)
        after = np.array([] if self.end_id is None else [self.end_id], np.int32)
        return [np.concatenate([before, ids[:room], after]) for ids in found]

    def _given(self, text):
        """What the library gets of a text."""
        return self.prefix + clean_text(text)

    def pad(self, sequences: TokenIds) -> np.ndarray:
        """Stacks sequences of ids to int32 `[batch, longest]`, padded with `padding_id` on the right."""
        return padded(sequences, self.padding_id)

    def detokenize(self, sequences: TokenIds) -> list[str]:
        """Texts of sequences of token ids; padding, prefix, begin and end pieces leave no trace."""
        rows = [[int(i) for i in ids if i >= 0] for ids in sequences]
        for ids in rows:
            if any(i >= self.vocabulary_size for i in ids):
                raise ValueError(f"Token ids must be below {self.vocabulary_size}. Received: {cut(max(ids))}.")
        texts = [self._library.processor.decode(ids) for ids in rows]
        # a prefix without a text has lost its white space
        return [text[len(self.prefix) :] if text.startswith(self.prefix.rstrip()) else text for text in texts]

    def normalize(self, texts: Texts) -> list[str]:
        """Texts as the vocabulary sees them: list of str, in which U+2581 stands for the space."""
        return [self._library.processor.normalize(clean_text(text)) for text in texts]

    def get_config(self) -> Config:
        """The plain options beside the model's bytes."""
        config: Config = {"begin": self.begin_piece or False, "end": self.end_piece or False}
        # only where they say something: the bytes, and so the digest, of a tokenizer without them stay what they were
        if self.prefix:
            config["prefix"] = self.prefix
        if self.max_tokens is not None:
            config["max_tokens"] = self.max_tokens
        return config

    @functools.cached_property
    def digest(self) -> str:
        """Hex sha256 of all that decides the token ids."""
        return hashlib.sha256(self._lines() + self.model_bytes).hexdigest()

    def _lines(self, **more):
        return (
            self.MAGIC + json.dumps({**self.get_config(), **more}, sort_keys=True, ensure_ascii=True).encode() + b"\n"
        )

    def to_bytes(self) -> bytes:
        """The tokenizer as bytes: a line that names the kind, a line of options and digest, the SentencePiece model."""
        return self._lines(**{tokenizer_file.DIGEST: self.digest}) + self.model_bytes

    @classmethod
    def from_bytes(cls, data: bytes, **options: Any) -> Self:
        """Reads `to_bytes()` again, or the bytes of a SentencePiece `.model` file with `options`.

        Raises:
            ValueError: for other bytes, or some that differ from those that were written.
        """
        data = bytes(data)
        if not data.startswith(cls.MAGIC):
            return cls(data, **options)
        line, newline, model = data[len(cls.MAGIC) :].partition(b"\n")
        try:
            kept = tokenizer_file.options(line)
            digest = kept.pop(tokenizer_file.DIGEST, None)
            if not newline or not set(kept) <= cls.OPTIONS:
                raise ValueError(f"options that are not known. Received: {shown(line)}")
            tokenizer = cls(model, **kept, threads=options.pop("threads", None))
            tokenizer_file.check_digest(tokenizer, digest)
        except ValueError as error:
            raise ValueError(f"The tokenizer's file is damaged: {error}") from error
        return cls(model, **(kept | options), threads=tokenizer.threads) if options else tokenizer

    def save(self, path: Path) -> None:
        """Writes one file, whole or not at all."""
        with atomic_path(path) as temporary:
            temporary.write_bytes(self.to_bytes())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what `save` wrote; refusals (ValueError) name the file."""
        return tokenizer_file.loaded(path, cls.from_bytes, _MAX_BYTES)

    def __getstate__(self):
        return {"data": self.to_bytes(), "threads": self.threads}

    def __setstate__(self, state):
        other = type(self).from_bytes(state["data"], threads=state["threads"])
        self.__dict__.update(other.__dict__)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.vocabulary_size} pieces, begin={self.begin_piece!r}, end={self.end_piece!r})"
        )
