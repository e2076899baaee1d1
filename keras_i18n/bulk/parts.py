"""The answers of a shard: one Parquet file, which says whose it is."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any

from keras_i18n.bulk.line_shards import LineRange, read_lines
from keras_i18n.bulk.parquet_shards import read_rows
from keras_i18n.bulk.shards import Shard
from keras_i18n.bulk.tasks import TASKS
from keras_i18n.bulk.work import Work
from keras_i18n.files import atomic_path

_KEY = b"keras_i18n"


def part_path(output: pathlib.Path, number: int) -> pathlib.Path:
    """By name the parts stand in the order of the input."""
    return output / f"part-{number:08d}.parquet"


def is_done(path: pathlib.Path, shard: Shard, run: str) -> bool:
    """Whether a whole file of this run's answers to this shard is there."""
    import pyarrow
    import pyarrow.parquet

    if not path.is_file():
        return False
    try:
        metadata = pyarrow.parquet.read_metadata(path)
    except (pyarrow.ArrowException, OSError):
        return False
    return metadata.num_rows == shard.rows and (metadata.metadata or {}).get(_KEY) == _owner(shard, run)


def write_part(shard: Shard, model: Any, work: Work) -> tuple[str, ...]:
    """Reads a shard batch by batch, asks the model, and writes the kept columns beside the answers.

    Returns:
        Names of columns that the run does not know, and that were left out.

    Raises:
        DataError: as the readers. ValueError: rows were lost.
    """
    import pyarrow
    import pyarrow.parquet

    rows, writer, left_out = 0, None, set()
    task = TASKS[work.task]
    with atomic_path(part_path(work.output, shard.number)) as temporary:
        try:
            for texts, kept, unknown in _batches(shard, work):
                answers = task.answers(model, texts, **work.options)
                table = pyarrow.table([*kept.columns, *answers], names=[*kept.schema.names, *task.columns])
                if writer is None:
                    schema = table.schema.with_metadata({_KEY: _owner(shard, work.run)})
                    writer = pyarrow.parquet.ParquetWriter(temporary, schema, compression="zstd")
                writer.write_table(table.replace_schema_metadata(writer.schema.metadata))
                rows += len(texts)
                left_out |= unknown
        finally:
            if writer is not None:
                writer.close()
        if rows != shard.rows or not is_done(temporary, shard, work.run):
            raise ValueError(f"{shard} must have an answer a row. Written: {rows:,}. Is the disk full or failing?")
    return tuple(sorted(left_out))


def _batches(shard: Shard, work: Work) -> Iterator[tuple[list[str], Any, set[str]]]:
    """`(texts, RecordBatch of the kept columns, names that the run does not know)`."""
    import pyarrow

    if not isinstance(shard.place, LineRange):
        for texts, batch in read_rows(
            shard.path, shard.place, text=work.text, columns=list(work.kept), batch_size=work.batch_size
        ):
            yield texts, batch, set()
        return
    found = read_lines(shard.path, shard.place, text=work.text)
    unknown = set(found) - set(work.columns)
    lacking = [None] * shard.rows
    for start in range(0, shard.rows, work.batch_size):
        here = slice(start, start + work.batch_size)
        arrays = [pyarrow.array(found.get(name, lacking)[here], pyarrow.string()) for name in work.kept]
        yield found[work.text][here], pyarrow.record_batch(arrays, names=list(work.kept)), unknown


def _owner(shard, run):
    return json.dumps({"run": run, "shard": shard.number, "rows": shard.rows}).encode()
