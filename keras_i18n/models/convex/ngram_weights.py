"""How much each hashed n-gram counts: rare and telling ones more, words half as much as characters, new ones in the length alone."""

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
_SMALLEST = 1e-6  # squared length of a text
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
    """Squared weights of the buckets, float64 `(num_buckets,)`.

    Attributes:
        known: of the n-grams of the training texts; 0 where no training text had the n-gram, or one of many.
        length: what each n-gram, known or new, adds to the squared length of a text.
        counts_new: whether features are divided by the length of all n-grams of a text; else by that of the known ones.
    """

    known: np.ndarray
    length: np.ndarray
    counts_new: bool

    @classmethod
    def of(
        cls,
        bag: Any,
        is_word: np.ndarray,
        *,
        targets: np.ndarray | None = None,
        language: np.ndarray | None = None,
        counts_new: bool = True,
    ) -> "NgramWeights":
        """The inverse document frequencies of n-grams (Spärck Jones 1972), with words raised to a share of their own.

        With labels, those that tell them apart weigh more; with languages, those of one language. Neither changes what all
        of the training texts weigh together.

        Lengths know the frequencies alone, as the scales of Wang and Manning (2012) come after the length is taken: a text
        whose n-grams tell much has larger features than one whose n-grams tell little. They count what is new as well:
        a text of which little is known is answered less surely, in training as later. The squared features of a training
        text are about 1 in the mean.

        Args:
            bag: of the training texts, from `bag_of`.
            is_word: bool `(num_buckets,)`: the buckets of words; the others are of characters.
            targets: float `(texts, labels)`; None for weights that know no labels.
            language: a tag for each text; None for weights that know no languages.
            counts_new: False for lengths of the weights of known n-grams, as networks of files from before have them.
        """
        count = bag.shape[0]
        texts_with = np.bincount(bag.indices, minlength=bag.shape[1])
        frequencies = (np.log((1.0 + count) / (1.0 + texts_with)) + 1.0) ** 2
        squares = frequencies.copy()
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
        if not counts_new:
            return cls(squares, np.where(squares > 0, squares, (np.log(1.0 + count) + 1.0) ** 2), counts_new)
        ratios = (bag @ squares) / np.maximum(bag @ frequencies, _SMALLEST)
        return cls(squares, frequencies * (float(ratios[ratios > 0].mean()) if ratios.any() else 1.0), counts_new)

    @property
    def used(self) -> np.ndarray:
        """The buckets that count."""
        return np.flatnonzero(self.known)

    def features(self, bag: Any) -> Any:
        """CSR `(texts, used buckets)`: each text divided by its length; 0 where all of it is new."""
        from scipy.sparse import diags

        known, every = self._lengths(bag)
        lengths = np.sqrt(every if self.counts_new else known)
        return (diags(1.0 / lengths) @ bag[:, self.used] @ diags(np.sqrt(self.known[self.used]))).tocsr()

    @property
    def table(self) -> np.ndarray:
        """What the weight table of a network has of them, float32 `(num_buckets, 3)`: lengths of known and of all, and zeros."""
        columns = [np.where(self.known > 0, self.length, 0.0), self.length, np.zeros(len(self.known))]
        return np.stack(columns, axis=1).astype("float32")

    def familiar_share(self, bag: Any) -> np.ndarray:
        """Which share of its squared length each text has in n-grams that are known, float64 `(texts,)`."""
        known, every = self._lengths(bag)
        return np.where(known > _SMALLEST, known / every, 0.0)

    def _lengths(self, bag):
        """The squared lengths of texts, of n-grams that are known and of all."""
        lengths = (np.where(self.known > 0, self.length, 0.0), self.length)
        return [np.maximum(bag @ one, _SMALLEST) for one in lengths]
