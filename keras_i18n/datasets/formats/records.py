"""What every format gives: named columns and the line of each row."""

import collections
import dataclasses
from collections.abc import Sequence
from typing import Any

from keras_i18n.datasets.problems import DataError
from keras_i18n.datasets.size_limits import MAX_COLUMNS
from keras_i18n.protocols import Path
from keras_i18n.shown import shown

_SHORT, _MOST = 64, 50_000


@dataclasses.dataclass
class Records:
    """Columns of a file.

    Attributes:
        columns: dict from name to a list with an entry a row; None where a row lacks the value.
        lines: the line in which each row begins, counted from 1.
    """

    columns: dict
    lines: Sequence[int]


def check_header(names: Sequence[str], path: Path, *, line: int | None = 1) -> None:
    """Raises `DataError` where a name comes twice, or where there are more columns than a table of texts has."""
    if len(names) > MAX_COLUMNS:
        raise DataError(
            f"A file may have {MAX_COLUMNS:,} columns. Received: {len(names):,}. Keep those that are needed.",
            path=path,
            line=line,
        )
    twice = sorted(name for name, count in collections.Counter(names).items() if count > 1)
    if twice:
        raise DataError(
            f"Columns must have different names. Received twice: {', '.join(map(shown, twice[:5]))}. "
            "Rename one of each.",
            path=path,
            line=line,
        )


class Shared:
    """Gives equal short values one object: labels and languages come again in every row.

    >>> shared = Shared()
    >>> shared("a" + "larm") is shared("al" + "arm")
    True
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, value: Any) -> Any:
        if type(value) is not str or len(value) > _SHORT:
            return value
        known = self._known.get(value)
        if known is None:
            if len(self._known) >= _MOST:  # a column of numbers of its own does not fill the memory
                self._known.clear()
            known = self._known[value] = value
        return known


def ragged(fields: Sequence[str], names: Sequence[str]) -> str:
    """The message about a line that has not as many fields as the header."""
    return (
        f"Every line must have {len(names)} field{'' if len(names) == 1 else 's'}, as the header has "
        f"({', '.join(names)}). Received: {len(fields)}, beginning with {shown(fields[0][:40] if fields else '')}."
    )
