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

    @classmethod
    def of(cls, language: Sequence[str], label: Sequence[str] | None = None) -> Self:
        """Counts the rows of a column of languages and, if there is one, a column of labels."""
        languages = tuple(sorted(set(language)))
        labels = tuple(sorted(set(label or ())))
        row = {tag: number for number, tag in enumerate(languages)}
        column = {name: number for number, name in enumerate(labels)}
        counts = np.zeros((len(languages), max(1, len(labels))), np.int64)
        columns: Any = [column[name] for name in label] if label else np.zeros(len(language), np.int64)
        np.add.at(counts, ([row[tag] for tag in language], columns), 1)
        return cls(languages, labels, counts)

    def __str__(self) -> str:
        from keras_i18n.text_table import text_table

        rows = [
            [tag, tags.name(tag), counts.sum(), *(counts if self.labels else ())]
            for tag, counts in zip(self.languages, self.counts, strict=True)
        ]
        rows.append(["all", "", self.counts.sum(), *(self.counts.sum(0) if self.labels else ())])
        return text_table(["language", "name", "rows", *self.labels], rows)
