"""JSONL: one object a line."""

import array
import json
from typing import Any

from keras_i18n.datasets.formats.records import Records, Shared
from keras_i18n.datasets.opening import text_lines
from keras_i18n.datasets.problems import DataError, Problems
from keras_i18n.datasets.size_limits import MAX_COLUMNS
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown

# A table has a place for every key in every row: rows with keys of their own grow with the square of their number.
_PLACES_PER_VALUE = 20
_PLACES = 1_000_000


def read_jsonl(path: Path, problems: Problems, *, encoding: str, max_bytes: int | None) -> Records:
    table = _Table(path)
    with text_lines(path, encoding=encoding, max_bytes=max_bytes) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            row = _row(line.rstrip("\r\n"), number, problems)
            if row is not None:
                table.add(row, number)
    return table.records()


def _row(line: str, number: int, problems: Problems) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        problems.add(
            number, f"Every line must be one JSON object. Received: {shown(line)} ({cut(error)}). Mend the line."
        )
        return None
    if not isinstance(row, dict):
        problems.add(number, f'Every line must be a JSON object. Received: {shown(line)}. Write {{"text": …}}.')
        return None
    return row


class _Table:
    """Columns that grow by rows; a row lacks what it has no key for."""

    def __init__(self, path):
        self.path, self.columns, self.numbers = path, {}, array.array("q")
        self.values, self.shared = 0, Shared()

    def add(self, row, number):
        for name, value in row.items():
            column = self.columns.setdefault(name, [])
            column.extend([None] * (len(self.numbers) - len(column)))
            column.append(self.shared(value))
        self.values += len(row)
        self.numbers.append(number)
        places = len(self.numbers) * len(self.columns)
        if len(self.columns) > MAX_COLUMNS or places > _PLACES + _PLACES_PER_VALUE * self.values:
            raise DataError(
                f"Rows must have the same keys. Received: {len(self.columns):,} different keys in "
                f"{len(self.numbers):,} rows, such as {shown(next(reversed(row), ''))}. Gather keys that are data of "
                "their own under one key.",
                path=self.path,
                line=number,
            )

    def records(self):
        for column in self.columns.values():
            column.extend([None] * (len(self.numbers) - len(column)))
        return Records(self.columns, self.numbers)
