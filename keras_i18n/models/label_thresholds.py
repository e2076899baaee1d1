"""From which score on a text has a label, where it may have several; by language where that is known."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.models.classifier import Prediction

ANY_LANGUAGE = "und"
DEFAULT = 0.5
_FEWEST_POSITIVES = 5  # texts with a label, below which a language has no threshold of its own for it


class LabelThresholds:
    """A threshold for each label: a text has the labels whose scores reach theirs.

    Args:
        labels: the labels, in the order of the scores.
        by_language: BCP-47 tag -> a threshold for each label; "und" holds those for texts in any other language or in
            one that is not told. 0.5 throughout where nothing is given.

    Raises:
        ValueError: another number of thresholds than of labels, or one that does not lie between 0 and 1.

    Example:

    >>> import numpy as np
    >>> thresholds = LabelThresholds(("alarm", "music"), {"und": [0.5, 0.5], "sw": [0.5, 0.3]})
    >>> thresholds.passed(np.array([[0.9, 0.4], [0.9, 0.4]]), ["en", "sw"]).tolist()
    [[True, False], [True, True]]
    """

    def __init__(self, labels: Sequence[str], by_language: Mapping[str, Sequence[float]] | None = None) -> None:
        self.labels = tuple(labels)
        given = {ANY_LANGUAGE: [DEFAULT] * len(self.labels)} | dict(by_language or {})
        for tag, values in given.items():
            if len(values) != len(self.labels) or not all(0 < value < 1 for value in values):
                raise ValueError(
                    f"`thresholds` must have {len(self.labels)} numbers between 0 and 1 for each language. "
                    f"Received for '{tag}': {list(values)!r:.120}."
                )
        self.by_language = {tags.normalize(tag): [float(value) for value in values] for tag, values in given.items()}

    def of(self, language: str | None = None) -> np.ndarray:
        """The thresholds for texts in a language, float64 `(labels,)`; None for one that is not told."""
        found = ANY_LANGUAGE if language is None else tags.lookup(language, list(self.by_language))
        return np.array(self.by_language[found or ANY_LANGUAGE])

    def passed(self, scores: np.ndarray, language: str | Sequence[str] | None = None) -> np.ndarray:
        """Which labels texts have.

        Args:
            scores: float `(texts, labels)`.
            language: a tag for all texts, a tag for each, or None where it is not told.

        Returns: bool `(texts, labels)`.

        Raises:
            ValueError: another number of tags than of texts.
        """
        if language is None or isinstance(language, str):
            return scores >= self.of(language)
        if len(language) != len(scores):
            raise ValueError(
                f"`language` must be one tag, or one for each of {len(scores)} texts. Received: {len(language)} tags."
            )
        rows = {tag: self.of(tag) for tag in dict.fromkeys(language)}
        return scores >= np.array([rows[tag] for tag in language]).reshape(scores.shape)

    def predictions(
        self, scores: np.ndarray, language: str | Sequence[str] | None = None
    ) -> list[tuple[Prediction, ...]]:
        """The labels of texts as a tuple of `Prediction`s each, best first; arguments as in `passed`."""
        passed = self.passed(scores, language)
        order = np.argsort(-scores, axis=1, kind="stable")
        return [
            tuple(Prediction(self.labels[place], float(row[place])) for place in places if has[place])
            for row, has, places in zip(scores, passed, order, strict=True)
        ]

    @classmethod
    def chosen(
        cls, labels: Sequence[str], scores: np.ndarray, targets: np.ndarray, languages: Sequence[str], *, min_texts: int
    ) -> Self:
        """The thresholds that make F1 largest, label by label; for a language too where it has enough texts.

        A label that a language has on fewer than 5 texts has there the threshold of all texts.

        Args:
            labels: the labels, in the order of the columns.
            scores: float `(texts, labels)`, of texts that trained nothing.
            targets: `(texts, labels)`, 1 where a text has a label.
            languages: the tag of each text.
            min_texts: texts that a language must have to get thresholds of its own.
        """
        overall = [best_threshold(*columns) for columns in zip(scores.T, targets.T, strict=True)]
        found, language = {ANY_LANGUAGE: overall}, np.array(languages)
        for tag in sorted(set(languages) - {ANY_LANGUAGE}):
            own = language == tag
            if own.sum() < min_texts:
                continue
            found[tag] = [
                best_threshold(given, true) if true.sum() >= _FEWEST_POSITIVES else other
                for given, true, other in zip(scores[own].T, targets[own].T, overall, strict=True)
            ]
        return cls(labels, found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LabelThresholds) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"LabelThresholds({self.labels}, {self.by_language})"


def best_threshold(scores: Any, true: Any) -> float:
    """The threshold with the largest F1 of one label: halfway between two scores, of equally good ones the nearest to 0.5.

    Args:
        scores: float `(texts,)`, from 0 to 1. true: `(texts,)`, 1 where a text has the label.

    Returns: a float between 0 and 1; 0.5 where no text has the label.

    Example:

    >>> best_threshold([0.1, 0.3, 0.5, 0.8], [0, 1, 0, 1])  # 0.2: F1 0.8; 0.65: F1 2/3
    0.2
    """
    scores, true = np.asarray(scores, np.float64), np.asarray(true) > 0
    if not true.any():
        return DEFAULT
    distinct = np.unique(scores)
    between = np.concatenate([[distinct[0] / 2], (distinct[1:] + distinct[:-1]) / 2])
    between = between[(between > 0) & (between < 1)]
    if not len(between):
        return DEFAULT
    order = np.sort(scores), np.sort(scores[true])
    passed, hits = (len(one) - np.searchsorted(one, between) for one in order)
    f1 = 2 * hits / (passed + true.sum())
    best = between[f1 >= f1.max() - 1e-12]
    return float(best[np.argmin(np.abs(best - DEFAULT))])
