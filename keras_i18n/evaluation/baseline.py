"""What another way of answering gets right, language by language."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.evaluation.language_report import LanguageReport
from keras_i18n.evaluation.tfidf_baseline import TfidfBaseline
from keras_i18n.protocols import LabelledTexts


def baseline_accuracies(baseline: Any, dataset: Any) -> dict[str, float]:
    """Language tag -> share of right answers of a baseline.

    Args:
        baseline: anything with `predict(texts)` and `.labels`, a `LanguageReport` of the same data, a label a text, a
            labelled `Dataset`, on which a `TfidfBaseline` is trained, or None for none.
        dataset: labelled `Dataset`, one label a row.

    Raises:
        TypeError: something else. ValueError: a number of labels other than that of texts; several labels a row.

    >>> from keras_i18n.datasets import from_lists
    >>> baseline_accuracies(["sun", "rain"], from_lists(["jua", "sun"], ["sun", "sun"], language=["sw", "en"]))
    {'en': 0.0, 'sw': 1.0}
    """
    if baseline is None:
        return {}
    if dataset.multi_label:
        raise ValueError("A baseline stands beside one label a text. Received: a list of labels in every row.")
    if isinstance(baseline, LanguageReport):
        return {row.language: row.accuracy for row in baseline.rows}
    if isinstance(baseline, LabelledTexts):
        baseline = TfidfBaseline(baseline)
    answers = _answers(baseline, list(dataset.text))
    if len(answers) != len(dataset):
        raise ValueError(f"`baseline` must give a label a text ({len(dataset)}). Received: {len(answers)}.")
    right = np.array([one == other for one, other in zip(answers, dataset.label, strict=True)])
    language = np.array(dataset.language)
    return {tag: float(right[language == tag].mean()) for tag in dataset.languages}


def _answers(baseline, texts):
    if hasattr(baseline, "predict"):
        labels = list(baseline.labels)
        return [labels[place] for place in np.asarray(baseline.predict(texts)).argmax(1)]
    if isinstance(baseline, Sequence) and not isinstance(baseline, str):
        return list(baseline)
    raise TypeError(
        "`baseline` must have `predict` and `labels`, or be a LanguageReport or a list of labels. "
        f"Received: {type(baseline).__name__}."
    )
