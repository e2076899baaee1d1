"""What a classifier over n-grams learns from: bags, vectors of an encoder, targets and languages, row by row."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.models.convex.ngram_weights import bag_of
from keras_i18n.networks.ngram_bag import REPEATS
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Texts
from keras_i18n.tokenizers import JoinedTokenizer, NgramTokenizer
from keras_i18n.tokenizers.tokenizer import Tokenizer

_PARTS = 24  # that a sample is put together from
# Labels that a sample has, of many: a sample of all of them would leave each fewer texts than it has, and a solution takes a
# time of texts times texts times labels
_LABELS, _MOST_LABELS = 100, 200


@dataclasses.dataclass(frozen=True)
class TrainingFeatures:
    """Features of texts.

    Attributes:
        bag: CSR `(texts, num_buckets)`, from `bag_of`.
        is_word: bool `(num_buckets,)`: the buckets of words.
        vectors: float `(texts, dim)` of the encoder; None without one.
        targets: float `(texts, labels)`.
        language: a tag for each text.
        weights: of the texts, float `(texts,)`; None for 1 each.
        encoder_languages: tags of the languages that the encoder was made for.
        same_text: of `translations.translated_rows`: rows with the same number say the same, and stay in one fold.
    """

    bag: Any
    is_word: np.ndarray
    vectors: np.ndarray | None
    targets: np.ndarray
    language: np.ndarray
    weights: np.ndarray | None = None
    encoder_languages: tuple[str, ...] = ()
    same_text: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.targets)

    def rows(self, chosen: np.ndarray) -> "TrainingFeatures":
        """Some of the texts."""
        return dataclasses.replace(
            self,
            bag=self.bag[chosen],
            vectors=None if self.vectors is None else self.vectors[chosen],
            targets=self.targets[chosen],
            language=self.language[chosen],
            weights=None if self.weights is None else self.weights[chosen],
            same_text=None if self.same_text is None else self.same_text[chosen],
        )

    def sample(self, count: int, seed: int) -> "TrainingFeatures":
        """At most so many texts, of each language and label its share; of more than 100 labels some, with all that they have."""
        rows, labels = self.sample_rows(count, seed), self.sample_labels(count, seed)
        sample = self if len(rows) == len(self) else self.rows(rows)
        if len(labels) == self.targets.shape[1]:
            return sample
        return dataclasses.replace(sample, targets=sample.targets[:, labels])

    def sample_labels(self, count: int, seed: int) -> np.ndarray:
        """Which labels `sample` takes, int `(labels,)`, ascending."""
        num_labels = self.targets.shape[1]
        most = min(max(_LABELS, count * num_labels // max(1, len(self))), _MOST_LABELS)
        if num_labels <= most:
            return np.arange(num_labels)
        return np.sort(np.random.default_rng(seed).permutation(num_labels)[:most])

    def sample_rows(self, count: int, seed: int) -> np.ndarray:
        """Which rows `sample` takes, int `(texts,)`, ascending: they can be told before the texts have vectors."""
        labels = self.sample_labels(count, seed)
        if len(labels) < self.targets.shape[1]:
            of_these = np.flatnonzero((self.targets[:, labels] > 0.5).any(axis=1))
            return of_these[self.rows(of_these)._sampled(count, seed)]
        return self._sampled(count, seed)

    def _sampled(self, count, seed):
        if len(self) <= count:
            return np.arange(len(self))
        parts = max(_PARTS, len(self) // count)
        return np.flatnonzero(self.folds(parts, seed) < max(1, parts * count // len(self)))[:count]

    def folds(self, count: int, seed: int) -> np.ndarray:
        """The fold of each text, int `(texts,)`: those of a language and a label are dealt out in turn.

        Translations of a text lie where it lies: texts that are dealt out are then those of the first row of each.
        """
        if self.same_text is None:
            return self._dealt(np.arange(len(self)), count, seed)
        _, first, number = np.unique(self.same_text, return_index=True, return_inverse=True)
        return self._dealt(first, count, seed)[number]

    def _dealt(self, rows, count, seed):
        """The fold of each of these rows."""
        order = np.random.default_rng(seed).permutation(len(rows))
        label = self.targets[rows].argmax(axis=1)
        order = order[np.lexsort((label[order], self.language[rows][order]))]
        folds = np.empty(len(rows), int)
        folds[order] = np.arange(len(rows)) % count
        return folds


def bag_features(
    tokenizer: Tokenizer,
    texts: Texts,
    targets: np.ndarray,
    languages: Sequence[str],
    *,
    encoder: Any = None,
    weights: np.ndarray | None = None,
    repeats: Sequence[int] = REPEATS,
    same_text: np.ndarray | None = None,
    progress: ProgressOption = None,
) -> TrainingFeatures:
    """The features of texts, as the network of a bag of n-grams reads them.

    Args:
        tokenizer: `NgramTokenizer`, or a `JoinedTokenizer` whose first one is.
        texts, targets, languages: of the training.
        encoder: `TextEncoder` that gives the vectors; None for none.
        weights: of the texts.
        repeats: of `bag_of`; what the network has.
        same_text: of `translated_rows`.
        progress: of the encoder's.
    """
    ngrams: Any = tokenizer.tokenizers[0] if isinstance(tokenizer, JoinedTokenizer) else tokenizer
    bag = bag_of(ngrams.tokenize(texts), ngrams.num_buckets, repeats=repeats)
    is_word = np.zeros(ngrams.num_buckets, bool)
    if ngrams.word_lengths and ngrams.ngram_lengths:
        # a feature has the same id, whichever others there are
        words = NgramTokenizer(**{**ngrams.get_config(), "ngram_lengths": ()})
        for ids in words.tokenize(texts):
            is_word[ids] = True
    vectors = None if encoder is None else np.asarray(encoder.encode(list(texts), progress=progress), np.float64)
    made_for = () if encoder is None else tuple(encoder.languages)
    return TrainingFeatures(bag, is_word, vectors, targets, np.asarray(languages), weights, made_for, same_text)
