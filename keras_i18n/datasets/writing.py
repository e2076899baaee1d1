"""Writing columns into a file that `read` understands."""

import csv
import gzip
import io
import json
import lzma
import os
from collections.abc import Mapping, Sequence
from typing import Any

from keras_i18n.datasets.opening import plain_suffix
from keras_i18n.files import atomic_path
from keras_i18n.protocols import Path
from keras_i18n.shown import shown

_OPENERS = {".gz": gzip.open, ".xz": lzma.open}


def write(columns: Mapping[str, Sequence[Any]], path: Path, *, for_spreadsheets: bool = False) -> None:
    """Writes columns of equal length, whole or not at all.

    Args:
        columns: dict from name to a sequence with an entry a row.
        path: `.tsv`, `.csv`, `.jsonl`, each also with `.gz` or `.xz`, or `.parquet`.
        for_spreadsheets: put an apostrophe before texts of a `.tsv` or `.csv` that a spreadsheet would run as a formula:
            those that begin with = + - @, a TAB or a CR. They are then read back with it.

    Raises:
        ValueError: another ending, or a value that the format cannot hold.
        OSError: the disk is full or the path cannot be written.
    """
    suffix = plain_suffix(path)
    if suffix not in _WRITERS:
        raise ValueError(f"The name must end in one of {', '.join(_WRITERS)}. Received: {shown(os.fspath(path))}.")
    if for_spreadsheets and suffix in (".tsv", ".csv"):
        columns = {_no_formula(name): [*map(_no_formula, values)] for name, values in columns.items()}
    with atomic_path(path) as temporary:
        if suffix == ".parquet":
            _write_parquet(columns, temporary)
            return
        opener: Any = _OPENERS.get(os.path.splitext(os.fspath(path).lower())[1], open)
        with opener(temporary, "wb") as file:
            lines: Any = _WRITERS[suffix]
            for line in lines(columns):
                file.write(_encoded(line))


def is_flat(path: Path) -> bool:
    """Whether the format of a file's name has no lists in its cells."""
    return plain_suffix(path) in (".tsv", ".csv")


def joined_labels(rows: Sequence[Sequence[str]], separator: str | None) -> tuple[str, ...]:
    """The labels of each row as one str.

    Raises:
        ValueError: no separator, or a label that holds it.
    """
    if not separator:
        raise ValueError(
            f"A .tsv or .csv has no lists. Received: several labels a row, and label_separator={shown(separator)}. Give one, "
            "such as label_separator='|', or write a .jsonl or .parquet."
        )
    holding = next((label for row in rows for label in row if separator in label), None)
    if holding is not None:
        raise ValueError(
            f"No label may hold `label_separator` {separator!r}. Received: {shown(holding)}. Take another."
        )
    return tuple(separator.join(row) for row in rows)


def _no_formula(value):
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _encoded(line):
    try:
        return line.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"Text must be valid Unicode to be written. Received: a lone surrogate in {shown(line)}. "
            "Replace it, for example by U+FFFD."
        ) from error


def _tsv_lines(columns):
    for row in (columns.keys(), *zip(*columns.values(), strict=True)):
        fields = ["" if value is None else str(value) for value in row]
        broken = next((field for field in fields if "\t" in field or "\n" in field or field.endswith("\r")), None)
        if broken is not None:
            raise ValueError(
                f"A TSV has no quoting, so no value may hold a TAB or line end. Received: {shown(broken)}. "
                "Write a .csv or .jsonl."
            )
        yield "\t".join(fields) + "\n"


def _csv_lines(columns):
    buffer = io.StringIO()
    lines = csv.writer(buffer, lineterminator="\r\n")  # only then a lone CR inside of a value is quoted
    for row in (columns.keys(), *zip(*columns.values(), strict=True)):
        lines.writerow(row)
        yield buffer.getvalue().removesuffix("\r\n") + "\n"
        buffer.seek(0)
        buffer.truncate()


def _jsonl_lines(columns):
    for row in zip(*columns.values(), strict=True):
        yield json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) + "\n"


def _write_parquet(columns, path):
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError("Parquet needs pyarrow. Install it with: pip install 'keras_i18n[table]'") from error
    table = pyarrow.table({name: list(values) for name, values in columns.items()})
    pyarrow.parquet.write_table(table, path, compression="zstd")


_WRITERS = {".tsv": _tsv_lines, ".csv": _csv_lines, ".jsonl": _jsonl_lines, ".parquet": _write_parquet}
SUFFIXES = tuple(_WRITERS)
