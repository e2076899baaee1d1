"""Parquet, through pyarrow."""

import contextlib
from collections.abc import Iterator
from typing import Any

from keras_i18n.datasets.formats.records import Records, Shared, check_header
from keras_i18n.datasets.problems import DataError, Problems
from keras_i18n.datasets.size_limits import limit_of, too_large
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

_ROWS = 4096
_PLACE = 8  # bytes of a value that is None


def read_parquet(path: Path, problems: Problems, *, encoding: str, max_bytes: int | None) -> Records:
    """As the other readers; `encoding` plays no part, and rows stand for lines, counted from 1."""
    problems.unit = "row"
    limit = limit_of(path, max_bytes)
    with opened(path) as file:
        import pyarrow.types

        names = file.schema_arrow.names
        check_header(names, path, line=None)
        _check_declared(file.metadata, path, limit)
        columns: dict[str, list[Any]] = {name: [] for name in names}
        size, shared = 0, Shared()
        for batch in file.iter_batches(batch_size=_ROWS):
            # What a dictionary holds once is in every row here: a small file may be a large table.
            for name, column in zip(names, batch.columns, strict=True):
                plain = column.dictionary_decode() if pyarrow.types.is_dictionary(column.type) else column
                size += plain.nbytes
                if size > limit:
                    raise too_large(path, limit)
                columns[name].extend(map(shared, plain.to_pylist()))
    return Records(columns, range(1, 1 + max(map(len, columns.values()), default=0)))


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The `pyarrow.parquet.ParquetFile` of a path; what pyarrow says of a damaged one is told with its name.

    Raises:
        DataError: no whole Parquet file, also inside of the block. ImportError: pyarrow is missing.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError("Parquet needs pyarrow. Install it with: pip install 'keras_i18n[table]'") from error
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            yield file
    except (pyarrow.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise DataError(
            f"The file must be a whole Parquet file. Received: {cut(error)}. Fetch or write it again.", path=path
        ) from error


def _check_declared(metadata, path, limit):
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    places = metadata.num_rows * metadata.num_columns * _PLACE
    size = max(places, sum(group.total_byte_size for group in groups))
    if size > limit:
        raise too_large(path, limit, size)
