"""Words of one language and the vectors that a teacher of many languages gives them."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from keras_i18n.evaluation.nearest_neighbours import unit
from keras_i18n.transfer.alignment import align

_FEWEST_PAIRS = 50


@dataclasses.dataclass(frozen=True, eq=False)
class WordVectors:
    """Words and their vectors, centred: what is common to all words of a language does not count.

    Attributes:
        words: tuple of str.
        vectors: float32 `(words, dim)`, centred, of length one.

    >>> english = WordVectors.centred(["sun", "sea"], np.array([[3.0, 1.0], [1.0, 1.0]]))
    >>> english.of(["Sea", "moon"]).tolist()
    [[-1.0, 0.0], [0.0, 0.0]]
    """

    words: tuple
    vectors: np.ndarray

    @classmethod
    def centred(cls, words: Sequence[str], vectors: np.ndarray) -> Self:
        """From vectors as they are, float `(words, dim)`."""
        return cls(tuple(words), centred(vectors))

    def __len__(self) -> int:
        return len(self.words)

    @functools.cached_property
    def _place_of(self):
        return {word.lower(): place for place, word in reversed(list(enumerate(self.words)))}

    def _place(self, word):
        return self._place_of.get(word.lower(), -1)

    def of(self, words: Sequence[str]) -> np.ndarray:
        """Their vectors, float32 `(words, dim)`, upper case or lower; zeros for a word that is not there."""
        places = np.array([self._place(word) for word in words], np.int64)
        return np.concatenate([self.vectors, np.zeros((1, self.vectors.shape[1]), np.float32)])[places]

    def moved_to(self, other: Any, pairs: Any) -> "WordVectors":
        """These words in the place of another language's: mapped by words that mean the same.

        Args:
            other: `WordVectors`.
            pairs: of words, (one of these, one of the other's); some of them may be wrong.

        Returns:
            `WordVectors`; these themselves where fewer than fifty pairs have vectors.
        """
        places = [(self._place(ours), other._place(theirs)) for ours, theirs in pairs]
        places = np.array([pair for pair in places if min(pair) >= 0], np.int64)
        if len(places) < _FEWEST_PAIRS:
            return self
        # the other's words stay where they are, for whoever holds them; putting them through `found.target` as well, or
        # ridge, RCSLS or refinement in place of Procrustes, translated no more words in Amharic, Finnish and Hindi
        found = align(self.vectors, other.vectors, places)
        return WordVectors(self.words, unit(found.source(self.vectors)))


def centred(vectors: np.ndarray) -> np.ndarray:
    """Less their mean, of length one."""
    vectors = np.asarray(vectors, np.float32)
    return unit(vectors - vectors.mean(axis=0)) if len(vectors) > 1 else unit(vectors)
