"""Texts beside their translations."""

import os
from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.datasets import splitting
from keras_i18n.datasets.dataset import Dataset
from keras_i18n.datasets.opening import decode, lines_of, read_bytes
from keras_i18n.datasets.problems import DataError, Problems
from keras_i18n.datasets.reading import read_records
from keras_i18n.protocols import Path, Texts
from keras_i18n.shown import cut, shown


class ParallelTexts:
    """Texts in one language and their translations: two columns of equal length that never change.

    `.source` and `.target` are tuples of str, `.source_language` and `.target_language` BCP-47 tags. `len(pairs)`
    counts pairs, iteration gives `(source, target)`, `pairs[3]` is a pair, `pairs[10:20]` and `pairs[indices]` are
    `ParallelTexts`.

    Args:
        source: texts, a list of str.
        target: their translations, a list of str.
        source_language: BCP-47 tag.
        target_language: BCP-47 tag.

    Raises:
        ValueError: unequal lengths, an entry that is no str, a language that is no tag.

    Example:

    >>> pairs = ParallelTexts(["Good morning"], ["Habari za asubuhi"], source_language="en", target_language="sw")
    >>> pairs
    ParallelTexts of 1 pair, en to sw
    >>> pairs.swap().target
    ('Good morning',)
    """

    __slots__ = ("source", "source_language", "target", "target_language")
    source: tuple[str, ...]
    target: tuple[str, ...]
    source_language: str
    target_language: str

    def __init__(self, source: Texts, target: Texts, *, source_language: str, target_language: str) -> None:
        source, target = tuple(source), tuple(target)
        if len(source) != len(target):
            raise ValueError(f"Every text needs its translation. Received: {len(source)} and {len(target)} texts.")
        for name, texts in (("source", source), ("target", target)):
            wrong = next((row for row, text in enumerate(texts) if not isinstance(text, str)), None)
            if wrong is not None:
                raise ValueError(f"`{name}` must hold str. Received: {shown(texts[wrong])} in row {wrong}.")
        values = (source, target, tags.normalize(source_language), tags.normalize(target_language))
        for name, value in zip(("source", "target", "source_language", "target_language"), values, strict=True):
            object.__setattr__(self, name, value)

    def __setattr__(self, name, value):
        raise AttributeError(f"Parallel texts do not change. Make new ones. Received: {cut(name)} = {shown(value)}")

    def __reduce__(self):
        return _rebuild, (self.source, self.target, self.source_language, self.target_language)

    @classmethod
    def from_dataset(cls, dataset: Dataset, *, source: str, target: str, by: str = "id") -> Self:
        """Pairs the rows of a data set that share a value, such as the sentence number of an n-way parallel file.

        Args:
            dataset: `Dataset`.
            source: tag of the one language.
            target: tag of the other.
            by: name of the column that tells which rows belong together; within a language its values differ.

        Returns: `ParallelTexts`, in the order of the source rows; rows without a partner are left out.

        Raises:
            ValueError: a language is missing, a value comes twice, or no value is shared.
        """
        sides = []
        for tag in (source, target):
            rows = dataset.select(languages=tag)
            side = dict(zip(rows[by], rows.text, strict=True))
            if len(side) < len(rows):
                raise ValueError(
                    f"Values of '{by}' must differ within '{tag}'. Received: {len(rows) - len(side)} twice."
                )
            sides.append(side)
        shared = [key for key in sides[0] if key in sides[1]]
        if not shared:
            raise ValueError(f"'{source}' and '{target}' must share values of '{by}'. Received: none shared.")
        texts = ([side[key] for key in shared] for side in sides)
        return cls(*texts, source_language=source, target_language=target)

    def __len__(self) -> int:
        return len(self.source)

    def __iter__(self) -> Iterator[Any]:
        return zip(self.source, self.target, strict=True)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, slice) and np.ndim(key) == 0:
            return self.source[key], self.target[key]
        rows = np.arange(len(self))[key].tolist()
        return self._with([self.source[row] for row in rows], [self.target[row] for row in rows])

    def _with(self, source, target):
        return ParallelTexts(source, target, source_language=self.source_language, target_language=self.target_language)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParallelTexts) and self.__reduce__() == other.__reduce__()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        noun = "pair" if len(self) == 1 else "pairs"
        return f"ParallelTexts of {len(self)} {noun}, {self.source_language} to {self.target_language}"

    def swap(self) -> "ParallelTexts":
        """The same pairs in the other direction."""
        return ParallelTexts(
            self.target, self.source, source_language=self.target_language, target_language=self.source_language
        )

    def shuffle(self, seed: int = 0) -> "ParallelTexts":
        """The same pairs in an order that the seed decides."""
        return self[np.random.default_rng(seed).permutation(len(self))]

    def split(self, test: float = 0.2, *, seed: int = 0) -> "tuple[ParallelTexts, ParallelTexts]":
        """Two parts; pairs with the same source text stay on one side.

        Args:
            test: the share of pairs in the second part, or their number.
            seed: int.

        Returns: `(train, test)`, both with pairs in their order.

        Raises:
            ValueError: one part would be empty.
        """
        in_test = splitting.choose_test_rows([()] * len(self), test, members=self.source, seed=seed)
        return self[np.flatnonzero(~in_test)], self[np.flatnonzero(in_test)]


def _rebuild(source, target, source_language, target_language):
    return ParallelTexts(source, target, source_language=source_language, target_language=target_language)


def read_parallel(
    path: Path | tuple[Path, Path],
    *,
    source: str,
    target: str,
    source_column: str | None = None,
    target_column: str | None = None,
    where: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
    max_bytes: int | None = None,
) -> ParallelTexts:
    """Reads texts beside their translations.

    Args:
        path: a file with a column a language (formats as in `read`), or two text files `(source, target)` whose lines
            belong together, plain or `.gz` or `.xz`.
        source: BCP-47 tag of the one language.
        target: BCP-47 tag of the other.
        source_column: name of the column of source texts; by default the one that is named by its tag.
        target_column: the same for the target.
        where: dict from the name of a column to the value that rows must have there, to read one part of a file such
            as a lexicon of many pairs; None for all rows.
        encoding: of all formats but Parquet.
        max_bytes: as in `read`.

    Returns: `ParallelTexts`. Pairs with an empty side are kept.

    Raises:
        DataError: as in `read`; two files have different numbers of lines.

    Example:

    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "greetings.tsv"
    >>> _ = file.write_text("en\\tsw\\nGood morning\\tHabari za asubuhi\\n")
    >>> read_parallel(file, source="en", target="sw")
    ParallelTexts of 1 pair, en to sw
    """
    languages = {"source_language": tags.normalize(source), "target_language": tags.normalize(target)}
    if isinstance(path, tuple | list):
        return ParallelTexts(*_two_files(path, encoding, max_bytes), **languages)
    path = os.fspath(path)
    problems = Problems(path)
    records = read_records(path, problems, encoding=encoding, max_bytes=max_bytes)
    keep = _rows_where(records, where or {}, path)
    sides = []
    for tag, column in ((source, source_column), (target, target_column)):
        values = records.columns[_column_of(records, tag, column, path)]
        for row in keep:
            if not isinstance(values[row], str):
                problems.add(records.lines[row], f"A text must be a string. Received: {shown(values[row])}.")
        sides.append([values[row] for row in keep])
    problems.raise_if_any()
    return ParallelTexts(*sides, **languages)


def _column_of(records, tag, column, path):
    has = list(records.columns)
    found = column if column is not None else tags.lookup(tag, [name for name in has if tags.is_valid(name)])
    if found not in records.columns:
        raise DataError(
            f"The file must have a column {column if column is not None else tag!r}. Received: "
            f"{cut(', '.join(map(repr, has)))}. Name the columns: `source_column=`, `target_column=`.",
            path=path,
        )
    return found


def _rows_where(records, where, path):
    keep = range(len(records.lines))
    for name, value in where.items():
        if name not in records.columns:
            has = ", ".join(map(repr, records.columns))
            raise DataError(
                f"`where` must name columns of the file. Received: {shown(name)}, not among {shown(has)}.", path=path
            )
        keep = [row for row in keep if records.columns[name][row] == value]
    if not keep:
        raise DataError(
            f"`where` must leave at least one row. Received: {cut(where)}, which no row fulfils.", path=path
        )
    return keep


def _two_files(paths, encoding, max_bytes):
    if len(paths) != 2:
        raise ValueError(f"`path` must be one file, or two: (source, target). Received: {len(paths)} of them.")
    sides = []
    for path in paths:
        text = decode(read_bytes(path, max_bytes=max_bytes), encoding=encoding, path=path)
        sides.append(lines_of(text))
    counts = [len(side) for side in sides]
    if counts[0] != counts[1] or not counts[0]:
        longer = int(counts[1] > counts[0])
        line = min(counts) + 1
        extra = f"{sides[longer][line - 1][:40]!r}" if counts[0] != counts[1] else "nothing"
        raise DataError(
            f"Two files must hold the same number of lines, at least one, line by line. Received: {cut(counts[0])} in "
            f"'{cut(paths[0])}' and {cut(counts[1])} in '{cut(paths[1])}'; the first without a partner is {cut(extra)}.",
            path=paths[longer],
            line=line,
        )
    return sides
