"""What is wrong with a file, told in one error."""

import bisect
from collections.abc import Sequence
from typing import Any

from keras_i18n.protocols import Path

_TOLD = 10  # problems of a file; the others are counted


class DataError(ValueError):
    """A data file that cannot be read as asked.

    The message names the file and the line of the first problem, what came, the way out, and how many further problems
    the file has; the next ones stand below, a line for each kind.

    Attributes:
        path: str.
        line: int, counted from 1, or None where the problem is no line's.
        further: int, the number of further problems.
        unit: `"line"`, or `"row"` for a Parquet file, which has no lines.
        next_problems: (line, message) of those that follow, at most nine.

    Example:

    >>> raise DataError("Every line needs a label. Received: ''. Leave the line out.", path="a.tsv", line=3, further=2)
    Traceback (most recent call last):
        ...
    keras_i18n.datasets.problems.DataError: a.tsv, line 3: Every line needs a label. Received: ''. Leave the line out.
    (2 further problems in this file.)
    """

    def __init__(
        self,
        message: str,
        *,
        path: Path,
        line: int | None = None,
        further: int = 0,
        unit: str = "line",
        next_problems: Sequence[tuple[int, str]] = (),
    ) -> None:
        self.message, self.path, self.line, self.further, self.unit = message, str(path), line, further, unit
        where = self.path if line is None else f"{self.path}, {unit} {line}"
        count = f" ({further} further problem{'' if further == 1 else 's'} in this file.)" if further else ""
        self.next_problems = tuple(next_problems)
        super().__init__(f"{where}: {message}{count}{_told(self.next_problems, message, unit)}")

    def __reduce__(self):
        return _rebuild, (self.message, self.path, self.line, self.further, self.unit, self.next_problems)


def _rebuild(message, path, line, further, unit, next_problems):
    return DataError(message, path=path, line=line, further=further, unit=unit, next_problems=next_problems)


def _told(problems, first, unit):
    """A line for each message, with the lines of the file that it is about; the first message is not told again."""
    lines: dict[str, list[int]] = {}
    for line, message in problems:
        lines.setdefault(message, []).append(line)
    return "".join(
        f"\n  {unit}{'s' * (len(places) > 1)} {', '.join(map(str, places))}: "
        + ("the same." if message == first else message)
        for message, places in lines.items()
    )


class Problems:
    """Counts the problems of a file and keeps the first ones by line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.unit = "line"
        self._first: list[tuple[int, Any]] = []  # (line, message), by line

    def add(self, line: int, message: str, count: int = 1) -> None:
        """Notes `count` problems, the first of them at `line`; `message` is a str or makes one when called."""
        self.count += count
        if len(self._first) < _TOLD or line < self._first[-1][0]:
            bisect.insort(self._first, (line, message), key=lambda problem: problem[0])
            del self._first[_TOLD:]

    def raise_if_any(self) -> None:
        if self._first:
            told = [(line, message() if callable(message) else message) for line, message in self._first]
            (line, message), following = told[0], told[1:]
            raise DataError(
                message, path=self.path, line=line, further=self.count - 1, unit=self.unit, next_problems=following
            )
