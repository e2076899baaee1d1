"""Parquet, through pyarrow."""

from keras_i18n.datasets.formats.records import Records, check_header
from keras_i18n.datasets.problems import DataError, Problems
from keras_i18n.protocols import Path


def read_parquet(path: Path, problems: Problems, *, encoding: str, max_bytes: int) -> Records:
    """As the other readers; `encoding` plays no part, and rows stand for lines, counted from 1."""
    problems.unit = "row"
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError("Parquet needs pyarrow. Install it with: pip install 'keras_i18n[table]'") from error

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
            size = sum(group.total_byte_size for group in groups)
            if size > max_bytes:
                raise DataError(
                    f"The file must hold at most {max_bytes:,} bytes once decompressed. Received: {size:,}. "
                    "Pass a larger `max_bytes` if you trust it, or split it.",
                    path=path,
                )
            table = file.read()
    except (pyarrow.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise DataError(
            f"The file must be a whole Parquet file. Received: {error}. Fetch or write it again.", path=path
        ) from error
    check_header(table.column_names, path, line=None)
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    return Records(columns, list(range(1, table.num_rows + 1)))
