"""The run: planned, done shard by shard, and taken up again where it stopped."""

import functools
import pathlib
import shutil
import time
import warnings
from collections.abc import Sequence
from typing import Any

from keras_i18n.bulk.parts import is_done, part_path
from keras_i18n.bulk.report import BulkReport, ShardFailure, ShardsFailedError
from keras_i18n.bulk.run_record import claim, digest_of, model_digest, record_of
from keras_i18n.bulk.shards import input_files, shards_of, shared_columns
from keras_i18n.bulk.tasks import TASKS, opened_for
from keras_i18n.bulk.work import Work
from keras_i18n.bulk.workers import ATTEMPTS, attempts_folder, in_this_process, on_cluster
from keras_i18n.datasets.problems import DataError
from keras_i18n.opening import checked_path
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown


def predict(
    model: Path,
    data: Path | Sequence[Path],
    output: Path,
    *,
    text: str = "text",
    columns: Sequence[str] | None = None,
    cluster: str | None = None,
    workers: int | None = None,
    shard_rows: int = 20_000,
    batch_size: int = 1024,
    progress: ProgressOption = None,
) -> BulkReport:
    """Labels every row of files that may be larger than memory.

    The input is cut into shards; the answers of each are a Parquet file in `output`, written whole or not at all. A run
    that was stopped goes on when it is called again: what is there already is kept.

    Args:
        model: path of a saved classifier or an exported one. On a cluster every machine must read the same file there.
        data: a file (`.parquet`, `.tsv`, `.csv`, `.jsonl`), a list of them, or a folder of them, with the same columns.
        output: a new or an empty folder, or that of the same run.
        text: name of the column of texts.
        columns: names of the columns that stand beside the answers; None for all. Of a `.jsonl`, values that are no text
            are kept as JSON.
        cluster: None for this process; "local" for a Ray cluster of processes on this machine, "auto" for the one that
            this machine belongs to, or the address of one. Whoever reaches a cluster's ports can run code on it.
        workers: the most processes of a cluster; by default one a CPU.
        shard_rows: the most rows of a shard.
        batch_size: texts that the model is asked at once.
        progress: True to show it, or a function that is called with a `Progress`: rows done, of how many.

    Returns:
        `BulkReport`. The files have the kept columns, `predicted` (string; a list of them where texts have several
        labels) and `score` (float32).

    Raises:
        ShardsFailedError: shards failed three times; the answers of all others are kept.
        DataError: a file is damaged, or has other columns than the first.
        ValueError: `output` is that of another run. ConnectionError: there is no such cluster.
        ImportError: pyarrow or Ray is missing.

    >>> import pathlib, tempfile
    >>> import keras_i18n as ki
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> classifier = ki.TextClassifier.from_scratch(["alarm", "music"], num_buckets=500)
    >>> classifier.save(folder / "model.keras")
    >>> _ = (folder / "asked.tsv").write_text("id\\ttext\\n1\\tWake me\\n2\\tNiamshe\\n3\\tCheza wimbo\\n")
    >>> report = predict(folder / "model.keras", folder / "asked.tsv", folder / "answers", shard_rows=2)
    >>> report.rows, report.shards, sorted(file.name for file in report.output.glob("*.parquet"))
    (3, 2, ['part-00000000.parquet', 'part-00000001.parquet'])
    """
    return run("predict", model, data, output, **_options(locals()))


def encode(
    model: Path,
    data: Path | Sequence[Path],
    output: Path,
    *,
    text: str = "text",
    columns: Sequence[str] | None = None,
    cluster: str | None = None,
    workers: int | None = None,
    shard_rows: int = 20_000,
    batch_size: int = 1024,
    progress: ProgressOption = None,
) -> BulkReport:
    """The vector of every row: `predict`, with an encoder and the column `vector` (float32, a list of fixed size).

    Args:
        model, data, output, text, columns, cluster, workers, shard_rows, batch_size, progress: as in `predict`.

    Raises:
        as `predict`.

    >>> import pathlib, tempfile
    >>> import keras_i18n as ki
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> network = ki.networks.build("pooling", task="encoder", vector_dim=8, vocabulary_size=50, size="tiny")
    >>> ki.TextEncoder(tokenizer=ki.tokenizers.NgramTokenizer(num_buckets=50), network=network).save(folder / "model.keras")
    >>> _ = (folder / "asked.tsv").write_text("id\\ttext\\n1\\tWake me\\n")
    >>> encode(folder / "model.keras", folder / "asked.tsv", folder / "vectors", columns=["id"]).rows
    1
    """
    return run("encode", model, data, output, **_options(locals()))


def translate(
    model: Path,
    data: Path | Sequence[Path],
    output: Path,
    *,
    target_language: str | None = None,
    text: str = "text",
    columns: Sequence[str] | None = None,
    cluster: str | None = None,
    workers: int | None = None,
    shard_rows: int = 5_000,
    batch_size: int = 256,
    progress: ProgressOption = None,
) -> BulkReport:
    """The translation of every row: `predict`, with a translator and the column `translation` (string).

    Args:
        target_language: BCP-47 tag, where the model writes several languages.
        model, data, output, text, columns, cluster, workers, shard_rows, batch_size, progress: as in `predict`.

    Raises:
        as `predict`.

    >>> import pathlib, tempfile
    >>> import keras_i18n as ki
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> pairs = [("one two", "eins zwei"), ("three", "drei")]
    >>> ki.Translator.from_scratch(pairs, vocabulary_size=300, size="tiny").save(folder / "model.keras")
    >>> _ = (folder / "asked.tsv").write_text("text\\none\\n")
    >>> translate(folder / "model.keras", folder / "asked.tsv", folder / "translated").rows
    1
    """
    given = _options(locals())
    tag = given.pop("target_language")
    return run("translate", model, data, output, options={} if tag is None else {"target_language": tag}, **given)


def _options(given):
    return {name: value for name, value in given.items() if name not in ("model", "data", "output")}


def run(
    task: str,
    model: Path,
    data: Path | Sequence[Path],
    output: Path,
    *,
    text: str,
    columns: Sequence[str] | None,
    cluster: str | None,
    workers: int | None,
    shard_rows: int,
    batch_size: int,
    progress: ProgressOption,
    options: dict[str, Any] | None = None,
) -> BulkReport:
    """A row of `TASKS` for every row of the data; see `predict`."""
    began = time.monotonic()
    for name, value in (("shard_rows", shard_rows), ("batch_size", batch_size), ("workers", workers)):
        if value is not None and (not isinstance(value, int) or value < 1):
            raise ValueError(f"`{name}` must be a whole number of at least 1. Received: {shown(value)}.")
    path = _model_path(model)
    files = input_files(data)
    known = shared_columns(files)
    kept = _kept(known, text, columns, task, files[0])
    digest = model_digest(path)
    opened = opened_for(path, task)  # refused here rather than on each worker
    do: Any = functools.partial(in_this_process, model=opened) if cluster is None else on_cluster(cluster, workers)
    shards = list(shards_of(files, rows=shard_rows, progress=progress))
    record = record_of(
        shards, task=task, text=text, kept=list(kept), options=options or {}, shard_rows=shard_rows, model=digest
    )
    folder = pathlib.Path(output).resolve()
    claim(folder, record)
    work = Work(path, digest, digest_of(record), task, options or {}, folder, text, known, kept, batch_size)
    pending = [shard for shard in shards if not is_done(part_path(folder, shard.number), shard, work.run)]
    resumed = len(shards) - len(pending)
    counter = Counter(progress, "rows", total=record["rows"])
    counter.add(record["rows"] - sum(shard.rows for shard in pending))
    shutil.rmtree(attempts_folder(folder), ignore_errors=True)  # a new call tries all anew
    errors, left_out = dict.fromkeys((shard.number for shard in pending), "its worker was lost"), set()
    for _ in range(ATTEMPTS):
        if not pending:
            break
        for number, error, names in do(pending, work):
            errors[number] = error or errors[number]
            left_out.update(names)
            if not error:
                counter.add(shards[number].rows)
        # what lies there counts, not what was told
        pending = [shard for shard in pending if not is_done(part_path(folder, shard.number), shard, work.run)]
    shutil.rmtree(attempts_folder(folder), ignore_errors=True)
    failures = tuple(ShardFailure(str(shard), errors[shard.number]) for shard in pending)
    seconds = time.monotonic() - began
    report = BulkReport(folder, record["rows"], len(shards), resumed, seconds, failures, tuple(sorted(left_out)))
    if left_out:
        warnings.warn(
            f"Columns that the first rows of a .jsonl lack are not in the answers: {cut(', '.join(sorted(left_out)))}.",
            stacklevel=3,
        )
    if failures:
        raise ShardsFailedError(report)
    return report


def _model_path(model):
    if not isinstance(model, str | pathlib.PurePath):
        raise TypeError(
            f"`model` must be the path of a file, which every worker opens. Received: {shown(model)}. Save the model "
            "first: model.save('model.keras')."
        )
    return checked_path(model, kind="model file", folders=True).resolve()


def _kept(known, text, columns, task, first):
    if text not in known:
        raise DataError(
            f"The table must have a column {text!r}. Received: {cut(', '.join(known))}. Name the column of texts: `text=`.",
            path=first,
        )
    kept = known if columns is None else tuple(columns)
    lacking = [name for name in kept if name not in known]
    if lacking:
        raise ValueError(
            f"`columns` must be columns of the data: {cut(', '.join(known))}. Received: {cut(', '.join(lacking))}."
        )
    taken = sorted({*TASKS[task].columns} & {*kept})
    if taken:
        raise ValueError(
            f"The answers have a column {taken[0]!r}, and so has the data. Rename it, or leave it out of `columns`."
        )
    return kept
