"""How the pieces of languages are chosen: by which texts and words, and how many."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from keras_i18n.localization.given_texts import checked_texts
from keras_i18n.localization.kept_pieces import kept_pieces
from keras_i18n.localization.piece_use import uses_by_language
from keras_i18n.localization.texts_by_language import ANY, sample_texts


@dataclasses.dataclass(frozen=True)
class PieceChoice:
    """What decides which pieces are kept.

    Attributes:
        tokenizer: with all pieces.
        keep, emoji: as in `localize`.
        uses: dict, language -> share of its tokens that each piece makes up.
        texts: dict, language -> texts that are given, and the sample's: what a proof reads.

    >>> from keras_i18n.tokenizers import train_unigram
    >>> tokenizer = train_unigram(["to be or not to be", "быть или не быть"] * 9, vocabulary_size=40)
    >>> choice = PieceChoice.of(tokenizer, ["en", "ru"], texts={"en": ["to be"], "ru": ["быть"]})
    >>> one, other, both = (set(choice.ids(tags).tolist()) for tags in (["en"], ["ru"], ["en", "ru"]))
    >>> choice.keep, both == one | other
    ('texts', True)
    """

    tokenizer: Any
    keep: str | int
    emoji: bool
    uses: Mapping[str, np.ndarray]
    texts: Mapping[str, Sequence[str]]

    @classmethod
    def of(
        cls,
        tokenizer: Any,
        languages: Sequence[str],
        *,
        texts: Any = None,
        words: Any = None,
        keep: str | int | None = None,
        emoji: bool = True,
    ) -> Self:
        """Counts in texts, words and the sample.

        Args:
            tokenizer: with all pieces.
            languages: BCP-47 tags.
            texts, words, keep, emoji: as in `localize`.

        Raises:
            ValueError: texts in another script than their language's, or none that holds anything.
        """
        given, listed = checked_texts(texts, words, languages)
        sample = sample_texts(languages)
        known = {tag: [*given.get(tag, ()), *sample.get(tag, ())] for tag in dict.fromkeys([*given, *sample])}
        keep = keep if keep is not None else "texts" if given or listed else "script"
        uses = {} if keep == "script" else uses_by_language(tokenizer, known, listed)
        return cls(tokenizer, keep, emoji, uses, known)

    def ids(self, languages: Sequence[str]) -> np.ndarray:
        """Token ids, int64, ascending, that all languages of the choice, or one of them, keep."""
        uses = {tag: shares for tag, shares in self.uses.items() if tag in (*languages, ANY)}
        return kept_pieces(self.tokenizer, languages, uses, keep=self.keep, emoji=self.emoji)
