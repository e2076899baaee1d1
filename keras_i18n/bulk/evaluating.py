"""Scores by language over files larger than memory: the answers lie on the disk, their labels are counted."""

import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.bulk.parts import part_path
from keras_i18n.bulk.running import run
from keras_i18n.bulk.shards import input_files, shared_columns
from keras_i18n.bulk.tasks import opened_for
from keras_i18n.datasets.problems import DataError
from keras_i18n.evaluation import report_of_answers
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown


def evaluate(
    model: Path,
    data: Path | Sequence[Path],
    output: Path,
    *,
    label: str = "label",
    language: str = "language",
    source_language: str | None = None,
    text: str = "text",
    columns: Sequence[str] = (),
    cluster: str | None = None,
    workers: int | None = None,
    shard_rows: int = 20_000,
    batch_size: int = 1024,
    progress: ProgressOption = None,
) -> Any:
    """Scores a classifier in every language of labelled files, which may be larger than memory: `predict`, then a report.

    Args:
        label: name of the column of labels.
        language: name of the column of BCP-47 tags, or one tag for all rows.
        source_language: tag of the language that the model was trained in; the report then tells the gap to it.
        columns: names of further columns to keep beside the answers.
        model, data, output, text, cluster, workers, shard_rows, batch_size, progress: as in `predict`.

    Returns:
        `evaluation.LanguageReport`, as `evaluate_by_language` gives it. The answers stay in `output`.

    Raises:
        as `predict`; ValueError: the model gives several labels a text, or lacks a label of the data.

    >>> import pathlib, tempfile
    >>> import keras_i18n as ki
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> train, test = ki.datasets.sample("assistant")
    >>> classifier = ki.TextClassifier.from_scratch(train.labels, num_buckets=500)
    >>> classifier.save(folder / "model.keras")
    >>> test.select(languages=["en", "sw"]).to_file(folder / "test.tsv")
    >>> [(row.language, row.count) for row in evaluate(folder / "model.keras", folder / "test.tsv", folder / "answers")]
    [('en', 48), ('sw', 32)]
    """
    known = shared_columns(input_files(data))
    tag = None
    if language not in known:
        if not tags.is_valid(language):
            raise ValueError(
                f"`language` must be a column of the data ({cut(', '.join(known))}) or a BCP-47 tag. "
                f"Received: {shown(language)}."
            )
        tag = tags.normalize(language)
    if label not in known:
        raise ValueError(f"`label` must be a column of the data: {cut(', '.join(known))}. Received: {shown(label)}.")
    opened = opened_for(model, "predict")
    if getattr(opened, "multi_label", False):
        raise ValueError(
            "`evaluate` counts one label a text. Received: a model that gives several. Take `evaluate_by_language`."
        )
    kept = tuple(dict.fromkeys([label, *([] if tag else [language]), *columns]))
    report = run(
        "predict",
        model,
        data,
        output,
        text=text,
        columns=kept,
        cluster=cluster,
        workers=workers,
        shard_rows=shard_rows,
        batch_size=batch_size,
        progress=progress,
    )
    counted = _Counted(tuple(opened.labels), label, None if tag else language, tag)
    for number in range(report.shards):
        counted.add(part_path(report.output, number))
    return counted.report(opened, source_language)


class _Counted:
    """Four numbers a text: its label, its answer, the score and its language."""

    def __init__(self, labels, label, language, tag):
        self.labels, self._label, self._language, self._tag = labels, label, language, tag
        self._number = {one: place for place, one in enumerate(labels)}
        self._tags: dict[str, int] = {}
        self._columns: list[list[np.ndarray]] = [[], [], [], []]

    def add(self, path: pathlib.Path) -> None:
        import pyarrow.parquet

        names = ["predicted", "score", self._label, *([self._language] if self._language else [])]
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(columns=names):
                found = batch.to_pydict()
                tag_of = found[self._language] if self._language else [self._tag] * len(batch)
                rows = (
                    np.array([*self._numbers(found["predicted"], path)], np.int32),
                    np.array([*self._numbers(found[self._label], path)], np.int32),
                    np.array(found["score"], np.float32),
                    np.array([*self._languages(tag_of, path)], np.int32),
                )
                for column, values in zip(self._columns, rows, strict=True):
                    column.append(values)

    def _numbers(self, values: list[Any], path: pathlib.Path) -> Iterator[int]:
        for value in values:
            number = self._number.get(value if isinstance(value, str) else str(value))
            if number is None:
                raise ValueError(
                    f"Every label must be one of the model's: {cut(', '.join(self.labels))}. Received: {shown(value)}, in the "
                    f"answers of '{cut(path)}'. Leave such rows out of the data."
                )
            yield number

    def _languages(self, values, path):
        for value in values:
            if value not in self._tags:
                if not tags.is_valid(value):
                    raise DataError(f"A language must be a BCP-47 tag. Received: {shown(value)}.", path=path)
                self._tags[value] = len(self._tags)
            yield self._tags[value]

    def report(self, model: Any, source_language: str | None) -> Any:
        predicted, true, score, language = (np.concatenate(column) for column in self._columns)
        names = [tags.normalize(tag) for tag in self._tags]
        source = None
        if source_language is not None:
            source = tags.lookup(source_language, names)
            if source is None:
                raise ValueError(
                    f"`source_language` must be a language of the data: {cut(', '.join(names))}. "
                    f"Received: {shown(source_language)}."
                )
        # what cannot be the largest of probabilities is none
        probability = np.where((score >= 1 / len(self.labels) - 1e-3) & (score <= 1.001), np.minimum(score, 1), np.nan)
        return report_of_answers(
            predicted,
            true,
            np.array(names)[language],
            labels=self.labels,
            probability=probability,
            model=model,
            source_language=source,
        )
