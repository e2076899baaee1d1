import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.datasets.labels import problem_of_label, problem_of_look_alikes
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Tensor
from keras_i18n.shown import shown


@dataclasses.dataclass(frozen=True)
class Prediction:
    """A label and its probability."""

    label: str
    score: float


class Classifier:
    """What every classifier has: labels, `predict` and `classify`, whatever it reads and however it is made.

    Subclasses have `labels`, a tuple of str, and `predict(inputs)`, which gives a score for each of them.

    Example:

    >>> import numpy as np
    >>> from keras_i18n.models import Classifier
    >>> class Coin(Classifier):
    ...     labels = ("heads", "tails")
    ...
    ...     def predict(self, inputs, *, progress=None):
    ...         return np.tile(np.array([[0.25, 0.75]], "float32"), (len(inputs), 1))
    >>> Coin().classify(["a throw"])
    [Prediction(label='tails', score=0.75)]
    """

    labels: tuple = ()

    def predict(self, inputs: Tensor, *, progress: ProgressOption = None) -> np.ndarray:
        """Scores of the labels, float32 `(inputs, labels)`; the columns are in the order of `.labels`."""
        raise NotImplementedError(f"{type(self).__name__} must have a method `predict`.")

    def classify(self, inputs: Tensor, *, top: int = 1, **options: Any) -> list:
        """The best label of each input, or the `top` best.

        Args:
            inputs: what `predict` takes.
            top: 1 for one `Prediction` an input, more for a list of them, best first.
            options: of `predict`.

        Raises:
            ValueError: `top` is no number of labels.

        Example: see `TextClassifier`.
        """
        return ranked(self.predict(inputs, **options), self.labels, top=top)


def ranked(scores: np.ndarray, names: Sequence[str], *, top: int = 1) -> list:
    """Scores as `Prediction`s.

    Args:
        scores: float `(inputs, labels)`.
        names: of the labels, in the order of the columns.
        top: 1 for one `Prediction` an input, more for a list of them, best first.

    Raises:
        ValueError: `top` is no number of labels.
    """
    if not 1 <= top <= len(names):
        raise ValueError(f"`top` must lie in 1 .. {len(names)} (the number of labels). Received: {shown(top)}.")
    best = np.argsort(-scores, axis=1, kind="stable")[:, :top]
    rows = [
        [Prediction(names[place], float(row[place])) for place in places]
        for row, places in zip(scores, best, strict=True)
    ]
    return [predictions[0] for predictions in rows] if top == 1 else rows


def checked_labels(labels: Sequence[str]) -> tuple:
    """Labels as a tuple.

    Raises:
        ValueError: fewer than two, two that are equal or look so, or one that is no line of text.
    """
    if isinstance(labels, str):
        raise ValueError(f"`labels` must be a list of str. Received: the str {shown(labels)}.")
    labels = tuple(labels)
    if len(labels) < 2 or len(set(labels)) != len(labels) or not all(isinstance(x, str) and x for x in labels):
        raise ValueError(
            f"`labels` must be at least two different names, such as train.labels. Received: {shown(labels)}."
        )
    problem = next(filter(None, map(problem_of_label, labels)), None) or problem_of_look_alikes(labels)
    if problem:
        raise ValueError(f"`labels`: {problem}")
    return labels
