"""What the ways in which vocabularies grow share: one for each kind of tokenizer."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

Entry = tuple[str, Any]  # a new piece, and what its tokenizer needs beside it
WordLists = Mapping[str, Sequence[str]]  # language -> texts or words

# A word list is shown to the training of the vocabulary as if its first words stood in the texts so often.
_MOST_REPEATS, _LEAST_REPEATS = 40, 2
# Rare words cost general pieces: with the 7,700 words that Finnish sentence pairs have beside a list of 12,000, eight
# points of topics were lost.
_MOST_WORDS = 5000


@dataclasses.dataclass(frozen=True)
class Grown:
    """New pieces that leave old texts as they are.

    Attributes:
        entries: list of (piece, what its tokenizer needs beside it).
        found: number of pieces that the vocabulary lacks, those that were dropped among them.
        shared: number of pieces of the new languages that it has.
    """

    entries: Sequence[Entry]
    found: int
    shared: int


class VocabularyGrowth(Protocol):
    """How a tokenizer of one kind takes new pieces; `tokenizer` is the one without them."""

    tokenizer: Any

    def __init__(self, tokenizer: Any, num_languages: int = 1) -> None: ...

    def grow(
        self,
        texts: WordLists,
        words: WordLists,
        *,
        num_pieces: int,
        keep_texts: Sequence[str],
        max_piece_length: int,
    ) -> Grown:
        """New pieces, from texts and words by language, that leave `keep_texts` and words of old languages as they are."""

    def without_changes(self, entries: Sequence[Entry], texts: Sequence[str]) -> Sequence[Entry]:
        """Of these entries those with which the texts keep their token ids."""

    def extended(self, entries: Sequence[Entry]) -> Any:
        """The tokenizer with these entries behind its own pieces."""

    @staticmethod
    def spelled(tokenizer: Any) -> Sequence[str]:
        """The pieces of a tokenizer of this kind as methods for first rows see them: U+2581 begins a word."""


def repeated(words: Sequence[str]) -> list[tuple[str, int]]:
    """The first 5,000 words of a list, each with how often it counts as if it stood in texts.

    >>> repeated(["na", "ya"])
    [('na', 40), ('ya', 36)]
    """
    return [
        (word, max(_LEAST_REPEATS, int(_MOST_REPEATS * 10 / (rank + 10))))
        for rank, word in enumerate(words[:_MOST_WORDS])
    ]
