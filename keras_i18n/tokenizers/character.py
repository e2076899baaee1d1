"""One token a code point."""

import collections
import json
from collections.abc import Iterable
from typing import Any, Self

import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Config, Path, Texts, TokenIds
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import tokenizer_file
from keras_i18n.tokenizers.canonical_composition import compose as canonically_composed
from keras_i18n.tokenizers.padding import padded
from keras_i18n.tokenizers.sentencepiece_tokenizer import PADDING_ID, clean_text

_FORMAT = "keras_i18n character tokenizer 1"
_SPECIAL = ("<begin>", "<end>", "<unknown>")
_MAX_BYTES = 2**25  # all of Unicode, escaped, is half as long


class CharacterTokenizer:
    """Text to one token id a code point, in any script, with no rule of any language.

    Ids 0, 1 and 2 are the begin, end and unknown piece; the characters follow in the order given.

    Args:
        characters: the code points of the vocabulary, a str without repetitions.
        begin: whether each text starts with the begin piece.
        end: whether each text ends with the end piece.
        compose: whether spellings that Unicode calls equivalent, such as "é" and "e" with an accent after it, are one:
            texts are composed (NFC) first. False keeps every code point as it comes.

    Raises:
        ValueError: no characters, one of them twice, or another option than True or False.

    >>> tokenizer = CharacterTokenizer.train(["tāne", "wāhine"])
    >>> ids = tokenizer.tokenize(["wāne"])
    >>> ids[0].tolist(), tokenizer.detokenize(ids)
    ([0, 8, 9, 6, 3, 1], ['wāne'])
    """

    padding_id = PADDING_ID
    begin_id, end_id, unknown_id = range(len(_SPECIAL))

    def __init__(self, characters: str, *, begin: bool = True, end: bool = True, compose: bool = True) -> None:
        if not isinstance(characters, str) or not characters or len(set(characters)) != len(characters):
            raise ValueError(
                "`characters` must be a str of different code points. "
                f"Received: {shown(characters)}. `CharacterTokenizer.train(texts)` collects them from texts."
            )
        for name, value in (("begin", begin), ("end", end), ("compose", compose)):
            if not isinstance(value, (bool, np.bool_)):
                raise ValueError(f"`{name}` must be True or False. Received: {shown(value)}.")
        self.characters = clean_text(characters)
        self.begin, self.end, self.compose = bool(begin), bool(end), bool(compose)
        self._ids = {character: place for place, character in enumerate(self.characters, len(_SPECIAL))}

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        *,
        max_characters: int | None = None,
        min_count: int = 1,
        compose: bool = True,
        **options: Any,
    ) -> Self:
        """Collects the characters of texts.

        Args:
            texts: iterable of str; read once, so that it may be larger than memory.
            max_characters: the most frequent ones are kept; None for all.
            min_count: rarer characters become the unknown piece.
            compose: whether the characters are counted and read as NFC composes them.
            options: begin and end, as in the constructor.
        """
        if isinstance(texts, str):
            raise TypeError(f"`texts` must be a sequence of str. Received: {shown(texts)}. Put it into a list.")
        counts: collections.Counter[str] = collections.Counter()
        for text in texts:
            counts.update(canonically_composed(clean_text(text)) if compose else clean_text(text))
        frequent = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:max_characters]
        characters = "".join(sorted(character for character, count in frequent if count >= min_count))
        return cls(characters, compose=compose, **options)

    @property
    def vocabulary_size(self) -> int:
        """Number of pieces; token ids are 0 .. vocabulary_size - 1."""
        return len(_SPECIAL) + len(self.characters)

    @property
    def pieces(self) -> tuple[str, ...]:
        """The pieces, a tuple of str by token id."""
        return _SPECIAL + tuple(self.characters)

    def tokenize(self, texts: Texts, max_tokens: int | None = None) -> TokenIds:
        """Token ids of texts, begin and end pieces included.

        Args:
            texts: sequence of str. Lone surrogates and code points 0 count as U+FFFD.
            max_tokens: longest result; longer ones lose tokens before the end piece, which stays.

        Returns:
            A list of int32 arrays, one a text.
        """
        if isinstance(texts, (str, bytes)):
            raise TypeError(f"`texts` must be a sequence of str. Received: {shown(texts)}. Put it into a list.")
        special = self.begin + self.end
        if max_tokens is not None and max_tokens < max(special, 1):
            raise ValueError(f"`max_tokens` must be at least {max(special, 1)}. Received: {cut(max_tokens)}.")
        room = None if max_tokens is None else max_tokens - special
        before, after = [self.begin_id] * self.begin, [self.end_id] * self.end
        sequences = []
        for text in texts:
            text = clean_text(text)
            text = canonically_composed(text) if self.compose else text
            ids = [self._ids.get(character, self.unknown_id) for character in text[:room]]
            sequences.append(np.array(before + ids + after, np.int32))
        return sequences

    def pad(self, sequences: TokenIds) -> np.ndarray:
        """Stacks sequences of ids to int32 `[batch, longest]`, padded with `padding_id` on the right."""
        return padded(sequences, self.padding_id)

    def detokenize(self, sequences: TokenIds) -> list[str]:
        """Texts of sequences of token ids; unknown pieces become U+FFFD, begin, end and padding leave no trace."""
        shown = ("", "", "\ufffd", *self.characters)
        for ids in sequences:
            if len(ids) and max(ids) >= self.vocabulary_size:
                raise ValueError(f"Token ids must be below {self.vocabulary_size}. Received: {cut(max(ids))}.")
        return ["".join(shown[i] for i in ids if i >= 0) for ids in sequences]

    def get_config(self) -> Config:
        """All that decides the token ids, as plain data."""
        return {"characters": self.characters, "begin": self.begin, "end": self.end, "compose": self.compose}

    def _described(self):
        # said only where it is on: a file from before there was the option keeps its digest
        config = self.get_config()
        return {"format": _FORMAT, **{name: value for name, value in config.items() if name != "compose" or value}}

    @property
    def digest(self) -> str:
        """Hex sha256 of all that decides the token ids."""
        return tokenizer_file.json_digest(self._described())

    def to_bytes(self) -> bytes:
        """The tokenizer as JSON, with its digest."""
        return json.dumps({**self._described(), tokenizer_file.DIGEST: self.digest}, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Reads `to_bytes()` again.

        Raises:
            ValueError: for other bytes, or some that differ from those that were written.
        """

        def make(**config):
            return cls(config.pop("characters"), **{"compose": False, **config})

        return tokenizer_file.from_json(data, make, file_format=_FORMAT, name="character tokenizer")

    def save(self, path: Path) -> None:
        """Writes one file, whole or not at all."""
        with atomic_path(path) as temporary:
            temporary.write_bytes(self.to_bytes())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what `save` wrote; refusals (ValueError) name the file."""
        return tokenizer_file.loaded(path, cls.from_bytes, _MAX_BYTES)

    def __repr__(self) -> str:
        return f"CharacterTokenizer({len(self.characters)} characters, begin={self.begin}, end={self.end})"
