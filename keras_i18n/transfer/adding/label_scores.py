"""How a classifier's labels fare on labelled texts, before and after languages are added."""

import dataclasses
from typing import Any

from keras_i18n.datasets import as_dataset
from keras_i18n.evaluation import evaluate_by_language
from keras_i18n.shown import shown
from keras_i18n.text_table import text_table


@dataclasses.dataclass(frozen=True, kw_only=True)
class LabelScore:
    """One language of the labelled texts.

    Attributes:
        language, name: BCP-47 tag and English name.
        count: number of its texts.
        before, after: accuracy of the old and of the new model, 0 .. 1; with several labels a text micro F1.

    >>> LabelScore(language="sw", name="Swahili", count=80, before=0.35, after=0.75).after
    0.75
    """

    language: str
    name: str
    count: int
    before: float
    after: float


def label_scores(old: Any, new: Any, test: Any) -> tuple[LabelScore, ...]:
    """Both models on labelled texts, a `LabelScore` a language.

    Args:
        old, new: the `TextClassifier` before and after.
        test: labelled `Dataset` with languages.

    Raises:
        ValueError: as `evaluate_by_language`.
    """
    before, after = (evaluate_by_language(model, test, num_bootstrap=1).rows for model in (old, new))
    return tuple(
        LabelScore(language=one.language, name=one.name, count=one.count, before=_score(one), after=_score(other))
        for one, other in zip(before, after, strict=True)
    )


def _score(row):
    return row.accuracy if hasattr(row, "accuracy") else row.micro_f1


def scores_table(scores: tuple[LabelScore, ...]) -> str:
    """The scores as text.

    >>> print(scores_table((LabelScore(language="sw", name="Swahili", count=80, before=0.35, after=0.75),)))
    language  name     labelled texts  right before  after
    sw        Swahili              80          35 %   75 %
    """
    header = ["language", "name", "labelled texts", "right before", "after"]
    lines = [
        [row.language, row.name, str(row.count), *(f"{100 * score:.0f} %" for score in (row.before, row.after))]
        for row in scores
    ]
    return text_table(header, lines)


def checked_test(model: Any, test: Any) -> Any:
    """The labelled texts as a `Dataset`; None without any.

    Raises:
        ValueError: the model has no labels, or not all of these.
    """
    if test is None:
        return None
    if not hasattr(model, "labels"):
        raise ValueError(f"`test` is for a classifier, which has labels. Received: {shown(model)}. Leave `test` out.")
    test = as_dataset(test, name="test", language_needed=True)
    if not len(test):
        raise ValueError("`test` must have rows to be scored. Received: a data set with none.")
    lacking = sorted(set(test.labels) - set(model.labels))
    if lacking:
        raise ValueError(
            f"`test` must have labels of the model alone: {shown(list(model.labels))}. Received: {shown(lacking)} among them."
        )
    return test
