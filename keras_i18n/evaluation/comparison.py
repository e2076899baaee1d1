"""Several reports side by side."""

import csv
import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.evaluation.language_report import LanguageReport
from keras_i18n.files import atomic_path
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown
from keras_i18n.text_table import preformatted, text_table


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """Accuracies of several reports, language by language; `str(comparison)` is a table.

    Attributes:
        names: what each report is called.
        languages: the tags that any report has, sorted.
        accuracy: float64 `[languages, reports]`, from 0 to 1; NaN where a report lacks the language.

    Example:

    >>> print(Comparison(("before", "after"), ("en", "sw"), np.array([[0.9, 0.91], [0.4, 0.8]])))
    language  name     before  after  difference
    sw        Swahili    40.0   80.0       +40.0
    en        English    90.0   91.0        +1.0
    mean                 65.0   85.5       +20.5
    """

    names: tuple
    languages: tuple
    accuracy: np.ndarray

    @property
    def mean(self) -> dict[str, float]:
        """Mean accuracy of each report over the languages that all of them have: float64 `[reports]`."""
        return self.accuracy[~np.isnan(self.accuracy).any(1)].mean(0)

    @property
    def difference(self) -> Any:
        """Last report less the first, float64 `[languages]`."""
        return self.accuracy[:, -1] - self.accuracy[:, 0]

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __str__(self) -> str:
        order = np.argsort(-self.difference, kind="stable")  # NaN last
        rows = [
            [self.languages[row], tags.name(self.languages[row]), *self._cells(self.accuracy[row])] for row in order
        ]
        rows.append(["mean", "", *self._cells(self.mean)])
        return text_table(["language", "name", *self.names, "difference"], rows)

    @staticmethod
    def _cells(accuracies):
        cells = ["-" if np.isnan(value) else f"{100 * value:.1f}" for value in accuracies]
        change = 100 * (accuracies[-1] - accuracies[0])
        return [*cells, "-" if np.isnan(change) else f"{change:+.1f}"]

    def to_csv(self, path: Path) -> None:
        """Writes a row a language, whole or not at all; an accuracy that is not there is empty."""
        with atomic_path(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(["language", "name", *self.names])
            for language, accuracies in zip(self.languages, self.accuracy, strict=True):
                cells = ["" if np.isnan(value) else float(value) for value in accuracies]
                lines.writerow([language, tags.name(language), *cells])


def compare(reports: Mapping[str, LanguageReport]) -> Comparison:
    """Sets two or more reports side by side.

    Args:
        reports: dict from a name to a `LanguageReport`, in the order of the columns.

    Returns: `Comparison`: a row a language, the mean over the languages that all have, last less first.

    Raises:
        ValueError: fewer than two reports, or no language that all of them have.

    Example:

    >>> from keras_i18n.evaluation import LanguageReport, LanguageScore
    >>> def report(accuracy):
    ...     row = LanguageScore("sw", "Swahili", "Latn", 50, accuracy, accuracy, accuracy, accuracy, 0.1)
    ...     return LanguageReport((row,), ("alarm",), np.zeros((1, 1, 1), int))
    >>> compare({"before": report(0.5), "after": report(0.75)}).difference.tolist()
    [0.25]
    """
    if len(reports) < 2:
        raise ValueError(
            f"`compare` needs at least two reports, as {{name: report}}. Received: {shown(list(reports))}."
        )
    languages = sorted({row.language for report in reports.values() for row in report.rows})
    accuracy = np.full((len(languages), len(reports)), np.nan)
    for column, report in enumerate(reports.values()):
        for row in report.rows:
            accuracy[languages.index(row.language), column] = row.accuracy
    if np.isnan(accuracy).any(1).all():
        raise ValueError(
            f"The reports must share a language. Received: {cut(', '.join(languages))}, each in some only."
        )
    return Comparison(tuple(reports), tuple(languages), accuracy)
