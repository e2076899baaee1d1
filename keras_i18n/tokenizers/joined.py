"""Several tokenizers read one text: the ids of each in a range of its own."""

import functools
import hashlib
import itertools
import json
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Config, Path, Texts, TokenIds
from keras_i18n.shown import shown
from keras_i18n.tokenizers import tokenizer_file
from keras_i18n.tokenizers.character import CharacterTokenizer
from keras_i18n.tokenizers.ngram import NgramTokenizer
from keras_i18n.tokenizers.padding import padded
from keras_i18n.tokenizers.tokenizer import Tokenizer
from keras_i18n.tokenizers.unigram import UnigramTokenizer

_KINDS: dict[str, Any] = {kind.__name__: kind for kind in (CharacterTokenizer, NgramTokenizer, UnigramTokenizer)}
_MAGIC = b"keras_i18n joined tokenizer 1\n"
_MAX_BYTES = 1 << 28
_MAX_PARTS = 4


class JoinedTokenizer:
    """Gives a text the ids of several tokenizers, one after the other; each has a range of ids of its own.

    A network takes its range out of them (`layers.DistinctTokens`, `layers.TokenRange`), so that one network may
    read hashed n-grams and the pieces of a pretrained encoder. The last tokenizer may grow: no other id moves.

    Args:
        tokenizers: from one to four; ids of the second begin where those of the first end, and so on. A joined one among
            them counts as its parts.

    Raises:
        ValueError: no tokenizer, too many, or one whose padding is not -1. TypeError: a tokenizer of another type.

    Example:

    >>> from keras_i18n.tokenizers import JoinedTokenizer, NgramTokenizer
    >>> words = NgramTokenizer(num_buckets=50, word_lengths=(1,), ngram_lengths=())
    >>> ngrams = NgramTokenizer(num_buckets=1000, word_lengths=(), ngram_lengths=(3,))
    >>> joined = JoinedTokenizer([words, ngrams])
    >>> joined.starts, joined.vocabulary_size, len(joined.tokenize(["jua"])[0])
    ((0, 50), 1050, 4)
    """

    padding_id = -1

    def __init__(self, tokenizers: Sequence[Tokenizer]) -> None:
        parts = [one.tokenizers if isinstance(one, JoinedTokenizer) else (one,) for one in tokenizers]
        self.tokenizers: tuple[Any, ...] = tuple(itertools.chain.from_iterable(parts))
        if not 1 <= len(self.tokenizers) <= _MAX_PARTS:
            raise ValueError(
                f"`tokenizers` must hold from one to {_MAX_PARTS} tokenizers. Received: {len(self.tokenizers)}."
            )
        for one in self.tokenizers:
            if type(one).__name__ not in _KINDS:
                raise TypeError(f"`tokenizers` must be of {', '.join(_KINDS)}. Received: {type(one).__name__}.")
            if one.padding_id != self.padding_id:
                raise ValueError(
                    f"`tokenizers` must pad with -1. Received: one that pads with {shown(one.padding_id)}."
                )

    @property
    def starts(self) -> tuple[int, ...]:
        """The first id of each tokenizer."""
        sizes = [one.vocabulary_size for one in self.tokenizers]
        return tuple(sum(sizes[:place]) for place in range(len(sizes)))

    @property
    def vocabulary_size(self) -> int:
        """Ids are 0 .. vocabulary_size - 1."""
        return sum(one.vocabulary_size for one in self.tokenizers)

    @functools.cached_property
    def digest(self) -> str:
        """Hex sha256 of all that decides the ids."""
        return hashlib.sha256("\n".join(one.digest for one in self.tokenizers).encode()).hexdigest()

    def tokenize(self, texts: Texts, max_tokens: int | None = None) -> TokenIds:
        """Token ids of texts: a list of int32 arrays; those after `max_tokens` are left out."""
        found = [one.tokenize(texts) for one in self.tokenizers]
        rows = [
            np.concatenate([ids + start for ids, start in zip(row, self.starts, strict=True)]).astype(np.int32)
            for row in zip(*found, strict=True)
        ]
        return rows if max_tokens is None else [row[:max_tokens] for row in rows]

    def pad(self, sequences: TokenIds) -> np.ndarray:
        """int32 `(texts, longest)`, padded with -1 on the right."""
        return padded(sequences, self.padding_id)

    def get_config(self) -> Config:
        """Kind and options of each tokenizer."""
        return {"tokenizers": [[type(one).__name__, one.get_config()] for one in self.tokenizers]}

    def to_bytes(self) -> bytes:
        """The tokenizer as bytes: a line that names the parts and their sizes, then the bytes of each."""
        parts = [one.to_bytes() for one in self.tokenizers]
        told: Config = {
            "kinds": [type(one).__name__ for one in self.tokenizers],
            "bytes": [len(part) for part in parts],
            tokenizer_file.DIGEST: self.digest,
        }
        return _MAGIC + json.dumps(told, sort_keys=True).encode() + b"\n" + b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Reads `to_bytes()` again.

        Raises:
            ValueError: for the bytes of something else, or damaged ones.
        """
        data = bytes(data)
        if not data.startswith(_MAGIC):
            raise ValueError(
                f"The file of a JoinedTokenizer must begin with {_MAGIC!r}. Received: {shown(data, limit=40)}."
            )
        line, _, rest = data[len(_MAGIC) :].partition(b"\n")
        told = tokenizer_file.options(line)
        kinds: Any = told.get("kinds")
        sizes: Any = told.get("bytes")
        fits = isinstance(kinds, list) and isinstance(sizes, list) and 1 <= len(kinds) == len(sizes) <= _MAX_PARTS
        if not fits or not all(isinstance(size, int) and size >= 0 for size in sizes) or sum(sizes) != len(rest):
            raise ValueError(
                "The file of the JoinedTokenizer is damaged: its parts do not have the sizes that it tells."
            )
        if not all(isinstance(kind, str) and kind in _KINDS for kind in kinds):
            raise ValueError(
                f"The file of the JoinedTokenizer must hold {', '.join(_KINDS)}. Received: {shown(kinds)}."
            )
        parts, start = [], 0
        for kind, size in zip(kinds, sizes, strict=True):
            parts.append(_KINDS[kind].from_bytes(rest[start : start + size]))
            start += size
        tokenizer = cls(parts)
        tokenizer_file.check_digest(tokenizer, told.get(tokenizer_file.DIGEST))
        return tokenizer

    def save(self, path: Path) -> None:
        """Writes one file, whole or not at all."""
        with atomic_path(path) as temporary:
            temporary.write_bytes(self.to_bytes())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what `save` wrote; refusals (ValueError) name the file."""
        return tokenizer_file.loaded(path, cls.from_bytes, _MAX_BYTES)

    def __repr__(self) -> str:
        return f"JoinedTokenizer([{', '.join(map(repr, self.tokenizers))}])"
