"""The scores of a model, language by language."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.evaluation import report_files, report_warnings
from keras_i18n.evaluation.confusion import Confusion
from keras_i18n.evaluation.language_score import LanguageScore
from keras_i18n.protocols import Path
from keras_i18n.text_table import preformatted, text_table


@dataclasses.dataclass(frozen=True, eq=False)
class LanguageReport:
    """Scores by language, as `evaluate_by_language` gives them; `str(report)` is a table.

    `report["sw"]` is the row of a language, `len(report)` the number of languages.

    Attributes:
        rows: `LanguageScore`s, in the order of tags.
        labels: the labels of the model.
        confusions: int64 `[languages, labels, labels]`, true by predicted.
        source_language: tag that the gap is measured to, or None.
        confidence: of the intervals.

    Example:

    >>> scores = [LanguageScore("en", "English", "Latn", 90, 0.9, 0.83, 0.96, 0.89, 0.03),
    ...           LanguageScore("sw", "Swahili", "Latn", 50, 0.8, 0.68, 0.9, 0.79, 0.1)]
    >>> print(LanguageReport(tuple(scores), ("alarm",), np.zeros((2, 1, 1), int), source_language="en"))
    language  name     script  texts  accuracy    95% interval  macro F1  calibration error
    en        English  Latn       90      90.0    83.0 to 96.0      89.0                3.0
    sw        Swahili  Latn       50      80.0    68.0 to 90.0      79.0               10.0
    Mean of 2 languages 85.0 %, worst 80.0 % (Swahili), all texts 86.4 %, gap to English 10.0 points
    """

    rows: tuple[LanguageScore, ...]
    labels: tuple[str, ...]
    confusions: np.ndarray
    source_language: str | None = None
    confidence: float = 0.95

    def __post_init__(self):
        if not self.rows:
            raise ValueError("A report needs at least one language. Received: none.")

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __getitem__(self, language: str | None) -> Any:
        return self.rows[self._position(language)]

    def _position(self, language):
        languages = [row.language for row in self.rows]
        found = tags.lookup(language, languages)
        if found is None:
            raise KeyError(f"The report has no language '{language}'. It has: {', '.join(languages)}.")
        return languages.index(found)

    @property
    def mean(self) -> float:
        """Accuracy averaged over languages: each counts the same, however many texts it has."""
        return float(np.mean([row.accuracy for row in self.rows]))

    @property
    def mean_macro_f1(self) -> float:
        """Macro F1 averaged over languages."""
        return float(np.mean([row.macro_f1 for row in self.rows]))

    @property
    def micro_accuracy(self) -> float:
        """Accuracy over all texts, whatever their language."""
        return float(np.average([row.accuracy for row in self.rows], weights=[row.count for row in self.rows]))

    @property
    def worst(self) -> LanguageScore:
        """The `LanguageScore` with the lowest accuracy."""
        return min(self.rows, key=lambda row: row.accuracy)

    @property
    def gap(self) -> float | None:
        """Accuracy in the source language less the mean of the others; None without a source or without others."""
        others = [row.accuracy for row in self.rows if row.language != self.source_language]
        if self.source_language is None or not others:
            return None
        return self[self.source_language].accuracy - float(np.mean(others))

    def confusion(self, language: str | None = None) -> Confusion:
        """Which label was taken for which, in one language or (None) in all: a `Confusion`."""
        counts = self.confusions.sum(0) if language is None else self.confusions[self._position(language)]
        return Confusion(self.labels, counts)

    def table(self) -> str:
        """The rows as text, best language first; columns of which nothing is known are left out."""
        ordered = sorted(self.rows, key=lambda row: (-row.accuracy, row.language))
        columns = {name: [cell(row) for row in ordered] for name, cell in _COLUMNS.items()}
        columns[f"{self.confidence:.0%} interval"] = columns.pop(_INTERVAL)
        order = [f"{self.confidence:.0%} interval" if name == _INTERVAL else name for name in _COLUMNS]
        shown = [name for name in order if name not in _OPTIONAL or set(columns[name]) != {"-"}]
        return text_table(shown, list(zip(*(columns[name] for name in shown), strict=True)))

    def headline(self) -> str:
        """One line: mean, worst language, all texts, and the gap to the source."""
        noun = "language" if len(self) == 1 else "languages"
        told = [
            f"Mean of {len(self)} {noun} {100 * self.mean:.1f} %",
            f"worst {100 * self.worst.accuracy:.1f} % ({self.worst.name})",
            f"all texts {100 * self.micro_accuracy:.1f} %",
        ]
        if self.gap is not None:
            told.append(f"gap to {tags.name(self.source_language)} {100 * self.gap:.1f} points")
        return ", ".join(told)

    def warnings(self) -> list[str]:
        """What the scores do not say by themselves, a line each: the majority class, unknown languages, the baseline."""
        return report_warnings.of_rows(self.rows)

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __str__(self) -> str:
        return "\n".join([self.table(), self.headline(), *self.warnings()])

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data that JSON can hold; an unknown number is None."""
        return report_files.to_dict(self)

    def to_csv(self, path: Path) -> None:
        """Writes the rows, best language first, whole or not at all; shares from 0 to 1, an unknown one empty."""
        report_files.write_csv(self, path)

    def to_json(self, path: Path) -> None:
        """Writes everything, whole or not at all; `LanguageReport.from_json` reads it again."""
        report_files.write_json(self, path)

    @classmethod
    def from_json(cls, path: Path) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            ValueError: the file holds something else.
        """
        return cls(*report_files.read_json(path))

    def plot(self, path: Path | None = None, *, title: str = "Accuracy by language") -> Any:
        """Draws accuracies with their intervals, languages sorted, colours by script, from 0 to 100 %.

        Marked are chance, the most frequent label and the baseline of each language, and the languages that the model was
        not made for.

        Args:
            path: `.png`, `.svg` or `.pdf`, written whole or not at all; None for no file.
            title: str.

        Returns: the matplotlib `Figure`, which a notebook shows.

        Raises:
            ImportError: matplotlib is missing.
        """
        from keras_i18n.evaluation.report_plot import plot_report

        return plot_report(self, path, title=title)


def _percent(share):
    return "-" if share is None or math.isnan(share) else f"{100 * share:.1f}"


_INTERVAL = "interval"
# column of the table -> what it says of a row; shares in percent
_COLUMNS: dict[str, Callable[[LanguageScore], Any]] = {
    "language": lambda row: row.language,
    "name": lambda row: row.name,
    "script": lambda row: row.script,
    "texts": lambda row: row.count,
    "accuracy": lambda row: _percent(row.accuracy),
    _INTERVAL: lambda row: f"{100 * row.low:.1f} to {100 * row.high:.1f}",
    "majority": lambda row: _percent(row.majority),
    "baseline": lambda row: _percent(row.baseline),
    "macro F1": lambda row: _percent(row.macro_f1),
    "calibration error": lambda row: _percent(row.calibration_error),
    "made for it": lambda row: {True: "yes", False: "no", None: "-"}[row.made_for],
}
_OPTIONAL = {"majority", "baseline", "made for it"}
