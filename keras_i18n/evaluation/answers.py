"""Scores by language of answers that were given already."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.evaluation.bootstrap import bootstrap_interval
from keras_i18n.evaluation.calibration import expected_calibration_error
from keras_i18n.evaluation.confusion import confusion_counts
from keras_i18n.evaluation.language_report import LanguageReport
from keras_i18n.evaluation.language_score import LanguageScore
from keras_i18n.evaluation.macro_f1 import macro_f1
from keras_i18n.protocols import Array
from keras_i18n.shown import shown


def report_of_answers(
    predicted: Array,
    true: Array,
    language: Sequence[str],
    *,
    labels: Sequence[str],
    probability: Array | None = None,
    model: Any = None,
    texts: Sequence[str] | None = None,
    source_language: str | None = None,
    baseline: Mapping[str, float] | None = None,
    confidence: float = 0.95,
    num_bootstrap: int = 1000,
    seed: int = 0,
) -> LanguageReport:
    """Scores of answers in each language.

    Args:
        predicted, true: numbers of labels, int `[texts]`.
        language: BCP-47 tag of each text.
        labels: names of the labels.
        probability: of the predicted label, float `[texts]`; NaN where a score is none.
        model: what gave the answers, which may tell its languages.
        texts: what was answered; the report then tells letters that no language of the model has.
        source_language: one of the tags; the report tells the gap to it.
        baseline: accuracy by tag, to stand beside.
        confidence, num_bootstrap, seed: of the intervals.

    Raises:
        ValueError: no texts, or columns of unequal lengths.

    >>> report = report_of_answers([0, 1, 1], [0, 1, 0], ["en", "en", "sw"], labels=["alarm", "music"])
    >>> [(row.language, row.accuracy) for row in report]
    [('en', 1.0), ('sw', 0.0)]
    """
    predicted, true, tag_of = np.asarray(predicted), np.asarray(true), np.asarray(language)
    probability = np.full(len(true), np.nan) if probability is None else np.asarray(probability, np.float64)
    if not len(true) or {len(predicted), len(tag_of), len(probability)} != {len(true)}:
        lengths = [len(column) for column in (predicted, true, tag_of, probability)]
        raise ValueError(
            f"There must be an answer, a label and a language for each text. Received: {shown(lengths)} of them."
        )
    rows, confusions = [], []
    unread = {} if texts is None else tags.unread_scripts(model, texts, tag_of.tolist())
    for tag in sorted(set(tag_of.tolist())):
        own = np.flatnonzero(tag_of == tag)
        correct = predicted[own] == true[own]
        low, high = bootstrap_interval(correct, confidence=confidence, num_bootstrap=num_bootstrap, seed=seed)
        error = float("nan")
        if np.isfinite(probability[own]).all():
            error = expected_calibration_error(probability[own], correct)
        confusions.append(confusion_counts(predicted[own], true[own], len(labels)))
        rows.append(
            LanguageScore(
                language=tag,
                name=tags.name(tag),
                script=tags.script(tag),
                count=len(own),
                accuracy=float(correct.mean()),
                low=low,
                high=high,
                macro_f1=macro_f1(confusions[-1]),
                calibration_error=error,
                majority=float(np.bincount(true[own]).max() / len(own)),
                baseline=None if baseline is None else baseline.get(tag),
                made_for=tags.made_for(model, tag),
                unread_script=unread.get(tag),
            )
        )
    return LanguageReport(
        tuple(rows), tuple(labels), np.array(confusions), source_language=source_language, confidence=confidence
    )
