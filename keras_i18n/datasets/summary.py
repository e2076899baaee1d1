"""How many rows a data set has, by language and label."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from keras_i18n import languages as tags


@dataclasses.dataclass(frozen=True, eq=False)
class Summary:
    """Counts by language and label; `str(summary)` is a table.

    Attributes:
        languages: sorted tags.
        labels: sorted labels; empty for texts without labels.
        counts: int64 `[languages, labels]`, or `[languages, 1]` without labels.
        rows: int64 `[languages]`; of rows with several labels, each label counts in `counts`.

    Example:

    >>> print(Summary.of(["en", "sw", "sw"], ["alarm", "alarm", "music"]))
    language  name     rows  alarm  music
    en        English     1      1      0
    sw        Swahili     2      1      1
    all                   3      2      1
    """

    languages: tuple
    labels: tuple
    counts: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, language: Sequence[str], label: Sequence[Any] | None = None) -> Self:
        """Counts the rows of a column of languages and, if there is one, a column of labels."""
        languages = tuple(sorted(set(language)))
        sets = [row if isinstance(row, tuple) else (row,) for row in label or ()]
        labels = tuple(sorted({name for names in sets for name in names}))
        row = {tag: number for number, tag in enumerate(languages)}
        column = {name: number for number, name in enumerate(labels)}
        counts = np.zeros((len(languages), max(1, len(labels))), np.int64)
        rows = np.zeros(len(languages), np.int64)
        np.add.at(rows, [row[tag] for tag in language], 1)
        if not labels:
            return cls(languages, labels, rows[:, None], rows)
        for tag, names in zip(language, sets, strict=True):
            for name in names:
                counts[row[tag], column[name]] += 1
        return cls(languages, labels, counts, rows)

    def __str__(self) -> str:
        from keras_i18n.text_table import text_table

        rows = [
            [tag, tags.name(tag), total, *(counts if self.labels else ())]
            for tag, total, counts in zip(self.languages, self.rows, self.counts, strict=True)
        ]
        rows.append(["all", "", self.rows.sum(), *(self.counts.sum(0) if self.labels else ())])
        return text_table(["language", "name", "rows", *self.labels], rows)
