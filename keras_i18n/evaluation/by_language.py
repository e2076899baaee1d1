"""Scoring a model in every language of a data set."""

from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.datasets import as_dataset
from keras_i18n.evaluation.answers import report_of_answers
from keras_i18n.evaluation.baseline import baseline_accuracies
from keras_i18n.evaluation.multi_label import multi_label_report
from keras_i18n.progress import ProgressOption, teller
from keras_i18n.protocols import Classifier, LabelledTexts
from keras_i18n.shown import cut, shown


def evaluate_by_language(
    model: Classifier,
    dataset: LabelledTexts,
    *,
    source_language: str | None = None,
    baseline: Any = None,
    confidence: float = 0.95,
    num_bootstrap: int = 1000,
    seed: int = 0,
    progress: ProgressOption = None,
) -> Any:
    """Scores a model in each language of a data set.

    Args:
        model: anything with `predict(texts)` (list of str -> float `[texts, labels]`) and `.labels`.
        dataset: a labelled `Dataset`, or what `datasets.as_dataset` makes one of. Where labels are language tags, `swh_Latn` counts for the model's `sw`.
        source_language: tag of the language that the model was trained in; the report then tells the gap to it.
        baseline: what the scores stand beside: a model as above, a `LanguageReport` of the same data, a label a text, or the labelled training data, on which TF-IDF with a logistic regression is trained; None for
            nothing but the most frequent label.
        confidence: width of the bootstrap interval of the accuracy.
        num_bootstrap: int, resamplings a language.
        seed: int, of the resamplings.
        progress: True to show it, or a function that is called with a `Progress`: texts done, of how many. For a model whose
            `predict` takes it, as those of this package do.

    Returns: `LanguageReport`: a `LanguageScore` a language, mean, worst language, gap; `str`, CSV, JSON and plot.
        It says where the model is no better than the most frequent label of a language, where it was not made for one, and
        where texts are in letters that none of its languages has.
        The calibration error is NaN where the model gives scores that are no probabilities. For a model with
        `multi_label` a `MultiLabelReport`: micro and macro F1 and exact matches; `confidence`, `num_bootstrap` and
        `seed` then play no part.

    Raises:
        ValueError: the data set has no rows or no labels, has a label that the model lacks, does not hold the source
            language, the scores have the wrong shape or are not finite, or a baseline is none.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import datasets
    >>> class Always:
    ...     labels = ("alarm", "music")
    ...     def predict(self, texts):
    ...         return np.array([[0.75, 0.25]] * len(texts), "float32")
    >>> data = datasets.from_lists(["Wake me", "Play a song", "Niamshe"], ["alarm", "music", "alarm"],
    ...                            language=["en", "en", "sw"])
    >>> report = evaluate_by_language(Always(), data, source_language="en")
    >>> [(row.language, row.count, row.accuracy) for row in report.rows], report.gap
    ([('en', 2, 0.5), ('sw', 1, 1.0)], -0.5)
    """
    labels = tuple(model.labels)
    dataset = as_dataset(dataset, name="dataset", language_needed=True)
    multi_label = getattr(model, "multi_label", dataset.multi_label)
    if len(dataset) and multi_label != dataset.multi_label:
        wanted = "a list of labels in every row" if multi_label else "one label a row"
        raise ValueError(
            f"`dataset` must have {wanted}, as the model has multi_label={multi_label}. Received: {shown(dataset)}."
        )
    if not multi_label:
        dataset = _in_own_tags(labels, dataset)
    _check(labels, dataset)
    given: Any = dataset.label
    source = None
    if source_language is not None:
        source = tags.lookup(source_language, dataset.languages)
        if source is None:
            raise ValueError(
                f"`source_language` must be a language of the data set. Received: {shown(source_language)}. "
                f"The data set has: {cut(', '.join(dataset.languages))}."
            )
    beside = baseline_accuracies(baseline, dataset)
    scores = _scores(model, dataset, len(labels), teller(progress))
    if dataset.multi_label:
        return multi_label_report(model, dataset, scores, source=source)
    number = {label: position for position, label in enumerate(labels)}
    probable = scores.min(1) >= 0
    probable &= np.abs(scores.sum(1) - 1) < 1e-3
    return report_of_answers(
        scores.argmax(1),
        np.array([number[label] for label in given]),
        dataset.language,
        labels=labels,
        probability=np.where(probable, np.minimum(scores.max(1), 1), np.nan),
        model=model,
        texts=dataset.text,
        source_language=source,
        baseline=beside,
        confidence=confidence,
        num_bootstrap=num_bootstrap,
        seed=seed,
    )


def _in_own_tags(labels, dataset):
    """Data whose labels are language tags, with the tags that a language identifier has for them."""
    lacking = set(dataset.labels) - set(labels)
    if not lacking or not all(tags.is_valid(label) for label in (*labels, *lacking)):
        return dataset
    own = {label: label if label in labels else tags.lookup(label, labels) or label for label in dataset.labels}
    return type(dataset)({"text": dataset.text, "language": dataset.language, "label": [own[x] for x in dataset.label]})


def _check(labels, dataset):
    if not len(dataset):
        raise ValueError("`dataset` must have rows to be scored. Received: a data set with none.")
    if dataset.label is None:
        raise ValueError("`dataset` must have labels to be scored. Received: one without a `label` column.")
    lacking = [label for label in dataset.labels if label not in labels]
    if lacking:
        rows = sum(not set(lacking).isdisjoint(row if dataset.multi_label else (row,)) for row in dataset.label)
        raise ValueError(
            f"`dataset` has labels that the model lacks: {lacking} ({rows} rows). The model knows: {list(labels)}. "
            "Leave those rows out with `dataset.select(labels=model.labels)`, or train with them."
        )


def _scores(model, dataset, num_labels, tell):
    options = {} if tell is None else {"progress": tell}
    scores = np.asarray(model.predict(list(dataset.text), **options), np.float64)
    if scores.shape != (len(dataset), num_labels):
        raise ValueError(
            f"`predict` must give a score a text and label, shape {(len(dataset), num_labels)}. "
            f"Received shape: {scores.shape}."
        )
    broken = np.flatnonzero(~np.isfinite(scores).all(1))
    if broken.size:
        row = dataset[int(broken[0])]
        raise ValueError(
            f"Scores must be finite. Received NaN or infinity for {broken.size} of {len(dataset)} texts, "
            f"first for {row['text'][:60]!r} ({row['language']})."
        )
    return scores
