"""Several classifiers answer as one: a weighted mean of their probabilities."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from keras_i18n import layers
from keras_i18n.models.combined.combined_classifier import CombinedClassifier, checked_members
from keras_i18n.models.fitting.targets import targets_of
from keras_i18n.models.label_thresholds import LabelThresholds
from keras_i18n.models.saving.kinds import savable
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Array, Config, LabelledTexts, Texts
from keras_i18n.shown import shown


@savable
class Ensemble(CombinedClassifier):
    """Answers with the weighted mean of its members' probabilities.

    Args:
        members: classifiers with the same labels, of any languages, tokenizers and networks.
        weights: a share of each member, from 0 on; the same for all unless given. They are scaled to sum 1.
        thresholds: of members with `multi_label`, as in `TextClassifier`; the weighted means of theirs unless given.

    Raises:
        ValueError: labels that differ, or weights that are negative, all 0, or of another number.

    >>> import keras_i18n as ki
    >>> train, test = ki.datasets.sample("assistant")
    >>> def member(seed):
    ...     tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50)
    ...     network = ki.networks.pooling(vocabulary_size=50, num_labels=len(train.labels), size="tiny")
    ...     return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=train.labels)
    >>> ki.transfer.Ensemble([member(1), member(2)]).predict(["jua"]).shape[0]
    1
    """

    def __init__(
        self,
        members: Sequence[Any],
        *,
        weights: Array | None = None,
        thresholds: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        members, labels = checked_members(members)
        weights = np.ones(len(members)) if weights is None else np.asarray(weights, np.float64)
        if weights.shape != (len(members),) or not (weights >= 0).all() or not 0 < weights.sum() < np.inf:
            raise ValueError(
                f"`weights` must be {len(members)} numbers from 0 on, not all 0. Received: {shown(weights.tolist())}."
            )
        self.weights = tuple((weights / weights.sum()).tolist())
        super().__init__(members, labels, thresholds)
        if self.multi_label and not thresholds:
            self.thresholds = LabelThresholds(labels, self._mean_thresholds())

    def _mean_thresholds(self):
        tags = dict.fromkeys(tag for member in self.members for tag in member.thresholds.by_language)
        return {
            tag: np.average([one.thresholds.of(tag) for one in self.members], axis=0, weights=self.weights)
            for tag in tags
        }

    @classmethod
    def stacked(cls, members: Sequence[Any], validation: LabelledTexts, *, steps: int = 200) -> Self:
        """An ensemble whose weights make a validation set likeliest.

        The likelihood of a mixture with fixed members has one maximum, which expectation maximisation climbs to
        (Dempster, Laird, Rubin 1977). With `multi_label` each label of each text is an answer of its own.

        Args:
            members: classifiers with the same labels.
            validation: `Dataset` that trained none of them.
            steps: of the maximisation.

        Raises:
            ValueError: labels that differ, or a validation set with a label that the members lack.
        """
        members, labels = checked_members(members)
        unknown = sorted(set(validation.labels) - set(labels))
        if unknown or not len(validation):
            raise ValueError(
                f"`validation` must hold texts of the members' labels. Received: {shown(unknown or 'no text')}."
            )
        given = np.stack([_given(member, validation) for member in members], axis=1)
        given = np.maximum(given.astype(np.float64), 1e-12)  # (answers, members)
        weights = np.full(len(members), 1 / len(members))
        for _ in range(steps):
            shares = given * weights
            weights = np.mean(shares / shares.sum(axis=1, keepdims=True), axis=0)
        return cls(members, weights=weights)

    def predict(self, texts: Texts, *, progress: ProgressOption = None) -> np.ndarray:
        """Probabilities of the labels, float32 `(texts, labels)`."""
        texts = self._texts(texts)
        total = np.zeros((len(texts), len(self.labels)), "float32")
        for member, weight in zip(self.members, self.weights, strict=True):
            total += np.float32(weight) * member.predict(texts)
        Counter(progress, "texts", total=len(texts)).add(len(texts))
        return total

    def _combine(self, outputs):
        return layers.WeightedMean(self.weights, name="scores")(outputs)

    def to_config(self) -> Config:
        return {**super().to_config(), "weights": list(self.weights)}

    @classmethod
    def from_parts(cls, parts: Sequence[Any], config: Config) -> Self:
        return cls(parts, **config)


def _given(member, validation):
    """The probability that a member gives to each answer that is right."""
    scores, right = member.predict(list(validation.text)), targets_of(member, validation, "validation")
    if not getattr(member, "multi_label", False):
        return scores[right > 0]
    return np.where(right > 0, scores, 1.0 - scores).ravel()
