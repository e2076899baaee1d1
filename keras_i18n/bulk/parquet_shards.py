"""Parquet files, cut within their row groups, and read batch by batch."""

import dataclasses
import hashlib
import pathlib
from collections.abc import Iterator
from typing import Any

from keras_i18n.datasets.formats.parquet import opened
from keras_i18n.datasets.formats.records import check_header
from keras_i18n.datasets.problems import DataError
from keras_i18n.shown import shown

_MOST_METADATA = 2**26


@dataclasses.dataclass(frozen=True)
class RowRange:
    """Rows of one row group of a Parquet file.

    Attributes:
        group: the row group. start, stop: rows of it, the last not included.
        first: number of the first row in the file, from 1.
        footer: SHA-256 of what the file says of itself.
    """

    group: int
    start: int
    stop: int
    first: int
    footer: str

    @property
    def rows(self) -> int:
        return self.stop - self.start

    def __str__(self) -> str:
        return f"{self.rows:,} rows from row {self.first:,} on"


def columns_of(path: pathlib.Path) -> list[str]:
    """The names of the columns.

    Raises:
        DataError: no whole Parquet file.
    """
    with opened(path) as file:
        names = list(file.schema_arrow.names)
    check_header(names, path, line=None)
    return names


def row_ranges(path: pathlib.Path, rows: int) -> Iterator[RowRange]:
    """Pieces of at most `rows` rows, none over two row groups."""
    footer, first = _footer(path), 1
    with opened(path) as file:
        for group in range(file.metadata.num_row_groups):
            count = file.metadata.row_group(group).num_rows
            for start in range(0, count, rows):
                yield RowRange(group, start, min(start + rows, count), first + start, footer)
            first += count


def read_rows(path: str, place: RowRange, *, text: str, columns: list[str], batch_size: int) -> Iterator[Any]:
    """`(texts, RecordBatch)` of a shard, of at most `batch_size` rows each; the batch has the named columns.

    Raises:
        DataError: another file than when the run was planned, or a text that is none, told with its row.
    """
    if _footer(pathlib.Path(path)) != place.footer:
        raise DataError(
            "A file must stay as it is while a run lasts. Received: another one. Start a run anew, into another folder.",
            path=path,
        )
    with opened(pathlib.Path(path)) as file:
        wanted = list(dict.fromkeys([text, *columns]))
        before = 0
        for batch in file.iter_batches(batch_size=batch_size, row_groups=[place.group], columns=wanted):
            start, stop = max(0, place.start - before), min(len(batch), place.stop - before)
            before += len(batch)
            if start < stop:
                own = batch.slice(start, stop - start)
                texts = own.column(own.schema.get_field_index(text)).to_pylist()
                _check(texts, path, place.first + before - len(batch) + start - place.start)
                yield texts, own.select(columns)
            if before >= place.stop:
                return


def _check(texts, path, first):
    for row, value in enumerate(texts, first):
        if not isinstance(value, str):
            raise DataError(
                f"A text must be a string. Received: {shown(value)}. Leave the row out.",
                path=path,
                line=row,
                unit="row",
            )


def _footer(path):
    """Of the metadata at the end, which has the size and the place of each column's pages."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 8))
        length = int.from_bytes(file.read(8)[:4], "little")
        file.seek(max(0, size - 8 - min(length, _MOST_METADATA)))
        return hashlib.sha256(file.read() + str(size).encode()).hexdigest()
