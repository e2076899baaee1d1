"""What every format gives: named columns and the line of each row."""

import dataclasses
from collections.abc import Sequence

from keras_i18n.datasets.problems import DataError
from keras_i18n.protocols import Path


@dataclasses.dataclass
class Records:
    """Columns of a file.

    Attributes:
        columns: dict from name to a list with an entry a row; None where a row lacks the value.
        lines: the line in which each row begins, counted from 1.
    """

    columns: dict
    lines: list


def check_header(names: Sequence[str], path: Path, *, line: int | None = 1) -> None:
    """Raises `DataError` where a name comes twice."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(
            f"Columns must have different names. Received twice: {', '.join(map(repr, twice))}. Rename one of each.",
            path=path,
            line=line,
        )


def ragged(fields: Sequence[str], names: Sequence[str]) -> str:
    """The message about a line that has not as many fields as the header."""
    return (
        f"Every line must have {len(names)} field{'' if len(names) == 1 else 's'}, as the header has "
        f"({', '.join(names)}). Received: {len(fields)}, beginning with {fields[0][:40] if fields else ''!r}."
    )
