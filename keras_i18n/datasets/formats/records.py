"""What every format gives: named columns and the line of each row."""

import dataclasses

from keras_i18n.datasets.problems import DataError


@dataclasses.dataclass
class Records:
    """Columns of a file.

    Attributes:
        columns: dict from name to a list with an entry a row; None where a row lacks the value.
        lines: the line in which each row begins, counted from 1.
    """

    columns: dict
    lines: list


def check_header(names, path, *, line=1):
    """Raises `DataError` where a name comes twice."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(
            f"Columns must have different names. Received twice: {', '.join(map(repr, twice))}. Rename one of each.",
            path=path,
            line=line,
        )


def ragged(fields, names):
    """The message about a line that has not as many fields as the header."""
    return (
        f"Every line must have {len(names)} field{'' if len(names) == 1 else 's'}, as the header has "
        f"({', '.join(names)}). Received: {len(fields)}, beginning with {fields[0][:40] if fields else ''!r}."
    )
