"""What is wrong with a file, told in one error."""

from typing import Any

from keras_i18n.protocols import Path


class DataError(ValueError):
    """A data file that cannot be read as asked.

    The message names the file and the line of the first problem, what came, the way out, and how many further problems
    the file has.

    Attributes:
        path: str.
        line: int, counted from 1, or None where the problem is no line's.
        further: int, the number of further problems.
        unit: `"line"`, or `"row"` for a Parquet file, which has no lines.

    Example:

    >>> raise DataError("Every line needs a label. Received: ''. Leave the line out.", path="a.tsv", line=3, further=2)
    Traceback (most recent call last):
        ...
    keras_i18n.datasets.problems.DataError: a.tsv, line 3: Every line needs a label. Received: ''. Leave the line out.
    (2 further problems in this file.)
    """

    def __init__(
        self, message: str, *, path: Path, line: int | None = None, further: int = 0, unit: str = "line"
    ) -> None:
        self.message, self.path, self.line, self.further, self.unit = message, str(path), line, further, unit
        where = self.path if line is None else f"{self.path}, {unit} {line}"
        count = f" ({further} further problem{'' if further == 1 else 's'} in this file.)" if further else ""
        super().__init__(f"{where}: {message}{count}")

    def __reduce__(self):
        return _rebuild, (self.message, self.path, self.line, self.further, self.unit)


def _rebuild(message, path, line, further, unit):
    return DataError(message, path=path, line=line, further=further, unit=unit)


class Problems:
    """Counts the problems of a file and keeps the first by line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.unit = "line"
        self._first: tuple[int, Any] | None = None  # (line, message)

    def add(self, line: int, message: str, count: int = 1) -> None:
        """Notes `count` problems, the first of them at `line`; `message` is a str or makes one when called."""
        self.count += count
        if self._first is None or line < self._first[0]:
            self._first = (line, message)

    def raise_if_any(self) -> None:
        if self._first is not None:
            line, message = self._first
            message = message() if callable(message) else message
            raise DataError(message, path=self.path, line=line, further=self.count - 1, unit=self.unit)
