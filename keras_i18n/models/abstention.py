"""When a model had better say that it does not know."""

import dataclasses
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.models.classifier import Prediction

_UNDETERMINED = "und"


@dataclasses.dataclass(frozen=True)
class AbstentionReport:
    """What a threshold costs and catches on the data that it was chosen on; shares from 0 to 1.

    Attributes:
        threshold: answers below this probability are withheld.
        count: number of texts.
        accuracy: share of right answers without a threshold.
        lost: share of the right answers that are withheld.
        caught: share of the wrong answers that are withheld; NaN where none is wrong.
        answered: share of texts that are still answered.
        accuracy_of_answered: share of right ones among the answers given.
    """

    threshold: float
    count: int
    accuracy: float
    lost: float
    caught: float
    answered: float
    accuracy_of_answered: float

    def __str__(self) -> str:
        return (
            f"Below {self.threshold:.3f} no answer: {self.lost:.1%} of the right answers are given up and "
            f"{self.caught:.1%} of the wrong ones caught ({self.count:,} texts). {self.answered:.1%} of the texts are "
            f"answered, {self.accuracy_of_answered:.1%} of them rightly; without a threshold {self.accuracy:.1%}."
        )


def has_letters(text: str) -> bool:
    """Whether a text holds a letter of any script; digits, marks, symbols and emoji are none.

    Example:

    >>> has_letters("12:30 👍"), has_letters("7 o'clock"), has_letters("明日")
    (False, True, True)
    """
    return any(unicodedata.category(character)[0] == "L" for character in text)


def or_undetermined(texts: Sequence[str], found: Sequence[Any], threshold: float) -> list[Any]:
    """The answers of a language identifier, `und` where it cannot tell.

    Args:
        texts: list of str.
        found: a `Prediction` for each text, or a list of them, best first.
        threshold: probability below which the answer is `und`.

    Example:

    >>> from keras_i18n.models import Prediction
    >>> or_undetermined(["12:30", "jua"], [Prediction("en", 0.9), Prediction("sw", 0.9)], 0.5)[0].label
    'und'
    """
    answers = []
    for text, one in zip(texts, found, strict=True):
        best = one[0] if isinstance(one, list) else one
        if not has_letters(text) or best.score < threshold:
            unknown = Prediction(_UNDETERMINED, best.score)
            one = [unknown, *one[:-1]] if isinstance(one, list) else unknown
        answers.append(one)
    return answers


def chosen_threshold(best: np.ndarray, right: np.ndarray, *, max_loss: float) -> AbstentionReport:
    """The highest threshold that withholds at most a share of the right answers.

    Args:
        best: float `(texts,)`, the probability of each answer.
        right: bool `(texts,)`, whether the answer is right.
        max_loss: the largest share of right answers to withhold.

    Example:

    >>> chosen_threshold(np.array([0.3, 0.5, 0.8, 0.9]), np.array([False, True, True, True]), max_loss=0.0).threshold
    0.5
    """
    best, right = np.asarray(best, np.float64), np.asarray(right, bool)
    kept = np.sort(best[right])
    threshold = float(min(kept[int(len(kept) * max_loss)], np.nextafter(1.0, 0.0))) if len(kept) else 0.0
    withheld = best < threshold
    wrong = ~right
    return AbstentionReport(
        threshold=threshold,
        count=len(best),
        accuracy=float(right.mean()),
        lost=float((withheld & right).sum() / max(right.sum(), 1)),
        caught=float((withheld & wrong).sum() / wrong.sum()) if wrong.any() else float("nan"),
        answered=float((~withheld).mean()),
        accuracy_of_answered=float(right[~withheld].mean()) if (~withheld).any() else float("nan"),
    )
