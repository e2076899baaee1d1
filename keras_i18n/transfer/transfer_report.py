"""Zero-shot, supervised and translated beside each other, and no sentence on both sides."""

import dataclasses
from typing import Any

import numpy as np

from keras_i18n import datasets
from keras_i18n import languages as tags
from keras_i18n.evaluation import evaluate_by_language
from keras_i18n.shown import cut, shown
from keras_i18n.text_table import preformatted, text_table

_SHOWN = 3


def refuse_leaks(train: Any, test: Any, *, column: str = "id") -> None:
    """Refuses a split in which a sentence, or its translation, is on both sides.

    Args:
        train, test: `Dataset`.
        column: the column that translations of a sentence share; texts are compared as well.

    Raises:
        ValueError: a value of the column or a text is on both sides. KeyError: one side has no such column.

    Example:

    >>> english = datasets.from_lists(["Good morning"], language="en", id=["7"])
    >>> swahili = datasets.from_lists(["Habari za asubuhi"], language="sw", id=["7"])
    >>> refuse_leaks(english, swahili)
    Traceback (most recent call last):
    ValueError: A sentence must be on one side of a split, in all its translations. Received: 1 value of 'id' on both...
    """
    for name in dict.fromkeys((column, "text")):
        shared = datasets.shared_ids(train, test, column=name)
        if name == "text":
            shared = [text for text in shared if text.strip()]
        if shared:
            noun = "value" if len(shared) == 1 else "values"
            raise ValueError(
                "A sentence must be on one side of a split, in all its translations. Received: "
                f"{len(shared)} {cut(noun)} of '{cut(name)}' on both, such as {cut(', '.join(repr(value)[:60] for value in shared[:_SHOWN]))}. "
                f"Split with `dataset.split(groups={shown(column)})`, or leave those rows out."
            )


@dataclasses.dataclass(frozen=True, eq=False)
class TransferReport:
    """Accuracies of several models by language; `str(report)` is a table.

    Attributes:
        reports: dict, name -> `LanguageReport`.
        source_language: tag of the language that is no target.
    """

    reports: dict
    source_language: str

    @property
    def languages(self) -> tuple[str, ...]:
        """Tags of all languages that a model was scored in, in order."""
        return tuple(sorted({row.language for report in self.reports.values() for row in report}))

    def accuracy(self, name: str, language: str) -> float:
        """Share of right answers of a model in a language; NaN where it was not scored."""
        found = {row.language: row.accuracy for row in self.reports[name]}
        return found.get(language, float("nan"))

    def mean(self, name: str) -> float:
        """Mean over the languages that every model was scored in, the source left out."""
        shared = [
            language
            for language in self.languages
            if language != self.source_language and all(np.isfinite(self.accuracy(n, language)) for n in self.reports)
        ]
        return float(np.mean([self.accuracy(name, language) for language in shared])) if shared else float("nan")

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __str__(self) -> str:
        counts = {row.language: row.count for report in self.reports.values() for row in report}
        rows = [
            [
                language,
                tags.name(language),
                counts[language],
                *(self._cell(self.accuracy(n, language)) for n in self.reports),
            ]
            for language in self.languages
        ]
        rows.append(["mean", f"without {self.source_language}", "-", *(self._cell(self.mean(n)) for n in self.reports)])
        return text_table(["language", "name", "texts", *self.reports], rows)

    @staticmethod
    def _cell(value):
        return f"{100 * value:.1f}" if np.isfinite(value) else "-"


def transfer_report(
    models: Any, test: Any, *, source_language: str, train: Any = None, translated: Any = None, column: str = "id"
) -> TransferReport:
    """Scores models of unlike training on one test set, language by language.

    Args:
        models: dict, name -> anything with `predict(texts)` and `.labels`, such as "zero-shot" (trained on the source
            language), "supervised" (trained on every language), "translated" (reads translations). In place of a model
            a dict from language to a model of its own may stand.
        test: labelled `Dataset`.
        source_language: BCP-47 tag.
        train: what the models were trained on, a `Dataset` or several; none may share a sentence with `test`.
        translated: dict from the name of a model to the data set that it reads in place of `test`: the same rows,
            translated into the source language, with the languages that they come from.
        column: the column that translations of a sentence share.

    Returns:
        `TransferReport`.

    Raises:
        ValueError: a sentence is both in `train` and in `test`; no models; a translated set with other rows; several
            labels a row.

    Example:

    >>> class Always:
    ...     labels = ("alarm", "music")
    ...     def predict(self, texts):
    ...         return np.array([[0.75, 0.25]] * len(texts), "float32")
    >>> test = datasets.from_lists(["Wake me", "Niamshe"], ["alarm"] * 2, language=["en", "sw"], id=["1", "1"])
    >>> print(transfer_report({"zero-shot": Always()}, test, source_language="en"))
    language  name        texts  zero-shot
    en        English         1      100.0
    sw        Swahili         1      100.0
    mean      without en      -      100.0
    """
    if not models:
        raise ValueError("`models` must name at least one model. Received: none.")
    if getattr(test, "multi_label", False):
        raise ValueError(
            "`test` must have one label a row. Received: a list of labels in every row. Compare such models with "
            "evaluate_by_language, one by one."
        )
    for part in [train] if isinstance(train, datasets.Dataset) else train or ():
        refuse_leaks(part, test, column=column)
    translated = dict(translated or {})
    unknown = sorted(set(translated) - set(models))
    if unknown:
        raise ValueError(
            f"`translated` must name models. Received: {shown(unknown)}; the models are {shown(list(models))}."
        )
    reports = {}
    for name, model in models.items():
        read = translated.get(name, test)
        if read is not test and (read.language, read[column], read.label) != (test.language, test[column], test.label):
            raise ValueError(
                f"The translated data set of {name!r} must have the rows of `test`, in its order, with the same "
                f"languages, labels and '{column}'. Received: {len(read)} and {len(test)} rows."
            )
        reports[name] = evaluate_by_language(_ByLanguage(model, read) if isinstance(model, dict) else model, read)
    return TransferReport(reports, tags.normalize(source_language))


class _ByLanguage:
    """Models of single languages, answering for the texts of a data set."""

    def __init__(self, models, dataset):
        found = {language: tags.lookup(language, models) for language in dataset.languages}
        lacking = [language for language, tag in found.items() if tag is None]
        if lacking:
            raise ValueError(
                f"There must be a model for every language of the data. Received: none for {shown(lacking)}."
            )
        self.models = models = {language: models[tag] for language, tag in found.items()}
        self.dataset = dataset
        self.labels = models[dataset.languages[0]].labels

    def predict(self, texts):
        scores = np.empty((len(texts), len(self.labels)), np.float32)
        languages = np.array(self.dataset.language)
        for language in self.dataset.languages:
            rows = np.flatnonzero(languages == language)
            model = self.models[language]
            order = [list(model.labels).index(label) for label in self.labels]
            scores[rows] = np.asarray(model.predict([texts[row] for row in rows]))[:, order]
        return scores
