"""Scores by language of a model that gives a text several labels."""

import csv
import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.evaluation import report_warnings
from keras_i18n.files import atomic_path
from keras_i18n.protocols import Path
from keras_i18n.text_table import preformatted, text_table

_DEFAULT = 0.5


@dataclasses.dataclass(frozen=True)
class MultiLabelScore:
    """The scores in one language; shares from 0 to 1.

    Attributes:
        language, name, script: BCP-47 tag, English name, ISO 15924 code.
        count: number of texts.
        micro_f1: F1 over all pairs of text and label.
        macro_f1: F1 averaged over the labels that occur or are predicted.
        exact_match: share of texts that get their labels, all of them and no other.
        made_for: whether the model was made for the language; None where it does not say.
        unread_script: as in `LanguageScore`.

    Example:

    >>> MultiLabelScore("sw", "Swahili", "Latn", 50, 0.8, 0.7, 0.6).exact_match
    0.6
    """

    language: str
    name: str
    script: str
    count: int
    micro_f1: float
    macro_f1: float
    exact_match: float
    made_for: bool | None = None
    unread_script: str | None = None


@dataclasses.dataclass(frozen=True)
class MultiLabelReport:
    """Scores by language, as `evaluate_by_language` gives them for several labels a text; `str(report)` is a table.

    `report["sw"]` is the row of a language, `len(report)` the number of languages.

    Attributes:
        rows: `MultiLabelScore`s, in the order of tags.
        labels: the labels of the model.
        source_language: tag that the gap is measured to, or None.

    Example:

    >>> rows = (MultiLabelScore("en", "English", "Latn", 90, 0.9, 0.85, 0.8),
    ...         MultiLabelScore("sw", "Swahili", "Latn", 50, 0.8, 0.7, 0.6))
    >>> print(MultiLabelReport(rows, ("alarm", "music"), source_language="en"))
    language  name     script  texts  micro F1  macro F1  exact match
    en        English  Latn       90      90.0      85.0         80.0
    sw        Swahili  Latn       50      80.0      70.0         60.0
    Mean micro F1 of 2 languages 85.0 %, worst 80.0 % (Swahili), mean macro F1 77.5 %, mean exact match 70.0 %, gap to English 10.0 points
    """

    rows: tuple[MultiLabelScore, ...]
    labels: tuple[str, ...]
    source_language: str | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[MultiLabelScore]:
        return iter(self.rows)

    def __getitem__(self, language: str) -> MultiLabelScore:
        languages = [row.language for row in self.rows]
        found = tags.lookup(language, languages)
        if found is None:
            raise KeyError(f"The report has no language '{language}'. It has: {', '.join(languages)}.")
        return self.rows[languages.index(found)]

    @property
    def mean(self) -> float:
        """Micro F1 averaged over languages: each counts the same, however many texts it has."""
        return self._mean("micro_f1")

    @property
    def worst(self) -> MultiLabelScore:
        """The `MultiLabelScore` with the lowest micro F1."""
        return min(self.rows, key=lambda row: row.micro_f1)

    @property
    def gap(self) -> float | None:
        """Micro F1 in the source language less the mean of the others; None without a source or without others."""
        others = [row.micro_f1 for row in self.rows if row.language != self.source_language]
        if self.source_language is None or not others:
            return None
        return self[self.source_language].micro_f1 - float(np.mean(others))

    def _mean(self, name):
        return float(np.mean([getattr(row, name) for row in self.rows]))

    def table(self) -> str:
        """The rows as text, best language first."""
        return text_table(
            ["language", "name", "script", "texts", "micro F1", "macro F1", "exact match"],
            [
                [row.language, row.name, row.script, row.count]
                + [f"{100 * share:.1f}" for share in (row.micro_f1, row.macro_f1, row.exact_match)]
                for row in self._ordered()
            ],
        )

    def headline(self) -> str:
        """One line: means, worst language, and the gap to the source."""
        noun = "language" if len(self) == 1 else "languages"
        told = [
            f"Mean micro F1 of {len(self)} {noun} {100 * self.mean:.1f} %",
            f"worst {100 * self.worst.micro_f1:.1f} % ({self.worst.name})",
            f"mean macro F1 {100 * self._mean('macro_f1'):.1f} %",
            f"mean exact match {100 * self._mean('exact_match'):.1f} %",
        ]
        if self.gap is not None:
            told.append(f"gap to {tags.name(self.source_language)} {100 * self.gap:.1f} points")
        return ", ".join(told)

    def __str__(self) -> str:
        return "\n".join([self.table(), self.headline(), *self.warnings()])

    def warnings(self) -> list[str]:
        """Lines about languages that the model was not made for, where there are any."""
        return [*report_warnings.of_unknown_languages(self.rows), *report_warnings.of_unread_scripts(self.rows)]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data that JSON can hold."""
        head = {"kind": "keras_i18n multi-label report", "version": 1, "mean": self.mean, "gap": self.gap}
        return {**head, "warnings": self.warnings(), **dataclasses.asdict(self)}

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def _ordered(self):
        return sorted(self.rows, key=lambda row: (-row.micro_f1, row.language))

    def to_csv(self, path: Path) -> None:
        """Writes the rows, best language first, whole or not at all; shares from 0 to 1."""
        with atomic_path(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow([field.name for field in dataclasses.fields(MultiLabelScore)])
            lines.writerows(dataclasses.astuple(row) for row in self._ordered())

    def to_json(self, path: Path) -> None:
        """Writes everything, whole or not at all."""
        content = self.to_dict()
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def multi_label_report(model: Any, dataset: Any, scores: np.ndarray, *, source: str | None) -> MultiLabelReport:
    """Compares the labels that reach their thresholds with those of a data set.

    Args:
        model: with `labels`; its `thresholds.passed(scores, languages)` decides, and 0.5 where it has none.
        dataset: `Dataset` with a list of labels in every row.
        scores: float `(texts, labels)`.
        source: language that the gap is measured to, or None.
    """
    labels = tuple(model.labels)
    true = np.array([[label in row for label in labels] for row in dataset.label], bool).reshape(scores.shape)
    thresholds = getattr(model, "thresholds", None)
    passed = scores >= _DEFAULT if thresholds is None else thresholds.passed(scores, dataset.language)
    language, rows = np.array(dataset.language), []
    unread = tags.unread_scripts(model, dataset.text, dataset.language)
    for tag in dataset.languages:
        own = language == tag
        micro, macro = f1_scores(true[own], passed[own])
        exact = float((true[own] == passed[own]).all(axis=1).mean())
        rows.append(
            MultiLabelScore(
                tag,
                tags.name(tag),
                tags.script(tag),
                int(own.sum()),
                micro,
                macro,
                exact,
                tags.made_for(model, tag),
                unread.get(tag),
            )
        )
    return MultiLabelReport(tuple(rows), labels, source_language=source)


def f1_scores(true: Sequence[Any] | np.ndarray, predicted: Sequence[Any] | np.ndarray) -> tuple[float, float]:
    """Micro and macro F1 = 2 TP / (2 TP + FP + FN), over all pairs and averaged over labels.

    Labels that neither occur nor are predicted are left out of the macro F1; both are 1 where there is no label at all.

    Args:
        true, predicted: bool `(texts, labels)`.

    Example:

    >>> f1_scores([[1, 0, 0], [1, 1, 0]], [[1, 1, 0], [0, 1, 0]])  # 4 / 6; (2/3 + 2/3) / 2
    (0.666..., 0.666...)
    """
    true, predicted = np.asarray(true, bool), np.asarray(predicted, bool)
    hits, seen = 2 * (true & predicted).sum(axis=0), true.sum(axis=0) + predicted.sum(axis=0)
    if not seen.any():
        return 1.0, 1.0
    return float(hits.sum() / seen.sum()), float(np.mean(hits[seen > 0] / seen[seen > 0]))
