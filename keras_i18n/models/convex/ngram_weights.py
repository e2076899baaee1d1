"""How much each hashed n-gram counts: rare and telling ones more, words half as much as characters, new ones nothing."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.models.convex.ngram_factors import label_factors, language_factors
from keras_i18n.networks.ngram_bag import REPEATS
from keras_i18n.protocols import TokenIds

_RARE_COUNT = 500  # texts from which an n-gram must come in two of them
_SHARE_OF_WORDS = 0.5  # of the weight that characters have, in the mean text
_BELIEVED = 1000  # texts of which what labels and languages say of n-grams counts half: of fewer it is chance
_LEAST = 1e-4  # of the factor of labels: where no n-gram tells them apart all count alike


def bag_of(sequences: TokenIds, num_buckets: int, *, repeats: Sequence[int] = REPEATS) -> Any:
    """How often each n-gram of a text counts: SciPy CSR, `(texts, num_buckets)`.

    Args:
        sequences: ids of each text; those from `num_buckets` on are left out.
        num_buckets: number of columns.
        repeats: from which occurrences on it counts once more, as `layers.DistinctTokens` keeps them.

    >>> bag_of([np.array([3, 1, 3, 9])], 5).toarray().tolist()
    [[0.0, 1.0, 0.0, 2.0, 0.0]]
    """
    from scipy.sparse import csr_matrix

    rows = [counted(sequence[sequence < num_buckets], repeats) for sequence in map(np.asarray, sequences)]
    ends = np.concatenate([[0], np.cumsum([len(ids) for ids, _ in rows])]).astype(np.int64)
    nothing = np.zeros(0, np.int32)  # also where there are no texts
    ids, counts = (np.concatenate([nothing, *(row[place] for row in rows)]) for place in (0, 1))
    return csr_matrix((counts.astype(np.float64), ids, ends), shape=(len(rows), num_buckets))


def counted(ids: np.ndarray, repeats: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """The distinct ids of a text, and how often each counts.

    Args:
        ids: int `(tokens,)`.
        repeats: as in `bag_of`.

    >>> [part.tolist() for part in counted(np.array([5, 2, 5]), (2,))]
    [[2, 5], [1, 2]]
    """
    distinct, occurrences = np.unique(ids, return_counts=True)
    return distinct, 1 + np.searchsorted(np.asarray(repeats, np.int64), occurrences, side="right")


@dataclasses.dataclass(frozen=True)
class NgramWeights:
    """Squared weights of the buckets, float64 `(num_buckets,)`: 0 where no training text had the n-gram.

    Attributes:
        known: of the n-grams of the training texts.
        new: what an n-gram that no training text had would weigh, squared.
    """

    known: np.ndarray
    new: float

    @classmethod
    def of(
        cls,
        bag: Any,
        is_word: np.ndarray,
        *,
        targets: np.ndarray | None = None,
        language: np.ndarray | None = None,
    ) -> "NgramWeights":
        """The inverse document frequencies of n-grams (Spärck Jones 1972), with words raised to a share of their own.

        With labels, those that tell them apart weigh more; with languages, those of one language. Neither changes what all
        of the training texts weigh together, so that what is new counts as before.

        Args:
            bag: of the training texts, from `bag_of`.
            is_word: bool `(num_buckets,)`: the buckets of words; the others are of characters.
            targets: float `(texts, labels)`; None for weights that know no labels.
            language: a tag for each text; None for weights that know no languages.
        """
        count = bag.shape[0]
        texts_with = np.bincount(bag.indices, minlength=bag.shape[1])
        squares = (np.log((1.0 + count) / (1.0 + texts_with)) + 1.0) ** 2
        squares[texts_with < (2 if count >= _RARE_COUNT else 1)] = 0.0
        counts = np.asarray(bag.sum(axis=0)).ravel()
        factors = np.ones(bag.shape[1]) if targets is None else label_factors(bag, targets) + _LEAST
        if language is not None and len(set(language.tolist())) > 1:
            factors = factors * language_factors(bag, language)
        factors = factors ** (count / (count + _BELIEVED))
        mass = counts * squares
        squares = squares * factors * (mass.sum() / max(float(mass @ factors), 1e-12))
        mass = counts * squares
        words, characters = float(mass[is_word].sum()), float(mass[~is_word].sum())
        if words > 0 and characters > 0:
            squares[is_word] *= _SHARE_OF_WORDS * characters / words
        return cls(squares, float((np.log(1.0 + count) + 1.0) ** 2))

    @property
    def used(self) -> np.ndarray:
        """The buckets that count."""
        return np.flatnonzero(self.known)

    def features(self, bag: Any) -> Any:
        """CSR `(texts, used buckets)`: each text divided by the square root of its squared weight; 0 where all of it is new."""
        from scipy.sparse import diags

        lengths = np.sqrt(np.maximum(bag @ self.known, 1e-6))
        return (diags(1.0 / lengths) @ bag[:, self.used] @ diags(np.sqrt(self.known[self.used]))).tocsr()

    @property
    def every(self) -> np.ndarray:
        """Squared weights of all buckets: those that are new have the weight of the rarest."""
        return np.where(self.known > 0, self.known, self.new)

    def familiar_share(self, bag: Any) -> np.ndarray:
        """Which share of its squared weight each text has in n-grams that are known, float64 `(texts,)`."""
        return (bag @ self.known) / np.maximum(bag @ self.every, 1e-6)
