"""Texts with their labels and languages, row by row."""

import collections
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.datasets import splitting, temperature
from keras_i18n.datasets.columns import distinct_labels, label_column, strings
from keras_i18n.datasets.labels import problem_of_look_alikes
from keras_i18n.datasets.summary import Summary
from keras_i18n.protocols import Path, Texts
from keras_i18n.shown import cut, shown

_KNOWN = ("text", "label", "language")


class Dataset:
    """Labelled texts in one or many languages: columns of equal length that never change.

    Columns are tuples of str: `.text`, `.label` (None for texts without labels), `.language` (canonical BCP-47 tags),
    and any others by `dataset["id"]`. Where a text may have several labels, `.label` is a tuple of tuples of str, sorted. `.labels` and `.languages` are the distinct values, sorted.
    `len(dataset)` counts rows, iteration gives each row as a dict, `dataset[3]` is a row, `dataset[10:20]` and
    `dataset[mask_or_indices]` are data sets, and `a + b` is `concatenate(a, b)`.

    Args:
        columns: dict from name to a sequence of str. `text` and `language` are needed; `language` may be a single tag,
            for all rows. `label` may hold a list of labels in every row, also an empty one. An empty text is valid, an empty label is not, nor a missing value (None, NaN, NA). Columns beyond the known ones may hold
            anything.

    Raises:
        ValueError: columns differ in length, a text or label is no str, a label is empty or has a line end, two labels differ
            by blanks only, a language is no BCP-47 tag.

    Example:

    >>> data = Dataset({"text": ["Wake me at six", "Amka saa kumi na mbili"], "label": ["alarm"] * 2,
    ...                 "language": ["en", "swa"]})
    >>> data
    Dataset of 2 rows, 1 label, 2 languages (en, sw)
    >>> data.select(languages=["sw"]).text
    ('Amka saa kumi na mbili',)
    """

    __slots__ = ("_columns", "_labels", "_languages")
    _columns: dict[str, Any]
    _labels: Any
    _languages: Any

    def __init__(self, columns: Mapping[str, Any]) -> None:
        columns = dict(columns)
        for name in ("text", "language"):
            if name not in columns:
                raise ValueError(f"A data set needs a column '{name}'. Received: {shown(sorted(columns))}.")
        for name, values in columns.items():
            if isinstance(values, str) and name != "language":
                raise ValueError(f"`{name}` must be a list with an entry a row. Received: the str {shown(values)}.")
        columns["text"] = strings("text", columns["text"])
        if isinstance(columns["language"], str):
            columns["language"] = [columns["language"]] * len(columns["text"])
        columns["language"] = tuple(map(tags.normalize, columns["language"]))
        if columns.get("label") is None:
            columns["label"] = None
        else:
            columns["label"] = label_column(columns["label"])
            problem = problem_of_look_alikes(distinct_labels(columns["label"]))
            if problem:
                raise ValueError(problem)
        columns = {name: None if values is None else tuple(values) for name, values in columns.items()}
        lengths = {name: len(values) for name, values in columns.items() if values is not None}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"Columns must have one entry a row each. Received lengths: {lengths}.")
        self._set(columns)

    def _set(self, columns):
        order = [*_KNOWN, *(name for name in columns if name not in _KNOWN)]
        object.__setattr__(self, "_columns", {name: columns[name] for name in order})
        object.__setattr__(self, "_labels", None)
        object.__setattr__(self, "_languages", None)

    @classmethod
    def _of(cls, columns):
        """A data set of columns that are known to be right."""
        dataset = cls.__new__(cls)
        dataset._set(columns)
        return dataset

    def __reduce__(self):
        return Dataset._of, (self._columns,)

    def __setattr__(self, name, value):
        raise AttributeError(f"A data set does not change. Make a new one. Received: {cut(name)} = {shown(value)}")

    @property
    def text(self) -> tuple[str, ...]:
        return self._columns["text"]

    @property
    def label(self) -> tuple[Any, ...] | None:
        return self._columns["label"]

    @property
    def language(self) -> tuple[str, ...]:
        return self._columns["language"]

    @property
    def labels(self) -> tuple[str, ...]:
        """Distinct labels, sorted; an empty tuple for texts without labels."""
        if self._labels is None:
            object.__setattr__(self, "_labels", tuple(distinct_labels(self.label or ())))
        return self._labels

    @property
    def multi_label(self) -> bool:
        """Whether rows have a tuple of labels each, which may hold several or none."""
        return isinstance(next(iter(self.label or ()), None), tuple)

    @property
    def languages(self) -> tuple[str, ...]:
        """Distinct language tags, sorted."""
        if self._languages is None:
            object.__setattr__(self, "_languages", tuple(sorted(set(self.language))))
        return self._languages

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns that have values."""
        return tuple(name for name, values in self._columns.items() if values is not None)

    def __len__(self) -> int:
        return len(self.text)

    def __iter__(self) -> Iterator[Any]:
        names = self.columns
        for row in zip(*(self._columns[name] for name in names), strict=True):
            yield dict(zip(names, row, strict=True))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self._columns[self._column(key)]
        if isinstance(key, slice):
            return self._of({name: values and values[key] for name, values in self._columns.items()})
        if np.ndim(key) == 0:
            return {name: self._columns[name][key] for name in self.columns}
        key = np.asarray(key)
        if key.dtype == bool:
            if key.shape != (len(self),):
                raise IndexError(f"A mask must have one entry a row ({len(self)}). Received: shape {key.shape}.")
            key = np.flatnonzero(key)
        rows = key.astype(np.int64).tolist()
        return self._of(
            {name: values and tuple([values[row] for row in rows]) for name, values in self._columns.items()}
        )

    def _column(self, name):
        if self._columns.get(name) is None:
            raise KeyError(f"The data set has no column '{name}'. It has: {', '.join(self.columns)}.")
        return name

    def __add__(self, other):
        return concatenate(self, other)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dataset) and self._columns == other._columns

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(self.languages[:8]) + (", …" if len(self.languages) > 8 else "")
        counts = ((len(self), "row"), (len(self.labels), "label"), (len(self.languages), "language"))
        told = ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts)
        return f"Dataset of {told} ({shown})"

    def select(self, *, languages: Sequence[str] | None = None, labels: Sequence[str] | None = None) -> "Dataset":
        """The rows in some languages, with some labels, in their order.

        Args:
            languages: BCP-47 tags (or one); `zh` finds `zh-Hans` as `languages.matches` tells.
            labels: labels (or one); of several labels a row, one is enough.

        Returns: `Dataset`.

        Raises:
            ValueError: no row has one of the languages or labels asked for.
        """
        keep = np.ones(len(self), bool)
        if languages is not None:
            keep &= np.isin(_array(self.language), sorted(self._wanted_languages(languages)))
        if labels is not None:
            asked = [labels] if isinstance(labels, str) else list(labels)
            missing = sorted(set(asked) - set(self.labels))
            if missing:
                raise ValueError(f"No row has these labels: {missing}. The data set has: {list(self.labels)}.")
            if self.multi_label:
                keep &= [not set(asked).isdisjoint(row) for row in self.label or ()]
            else:
                keep &= np.isin(_array(self.label or ()), asked)
        return self[keep]

    def _wanted_languages(self, languages):
        wanted = set()
        for tag in [languages] if isinstance(languages, str) else languages:
            found = tags.matches(tag, self.languages)
            if not found:
                raise ValueError(f"No row is in '{tag}'. The data set has: {', '.join(self.languages) or 'no rows'}.")
            wanted.update(found)
        return wanted

    def split(
        self, test: float = 0.2, *, seed: int = 0, by: Sequence[str] = ("language", "label"), groups: str | None = None
    ) -> "tuple[Dataset, Dataset]":
        """Two parts, such that each language and label has its share in both.

        Args:
            test: the share of rows in the second part, between 0 and 1, or their number.
            seed: int; the same seed gives the same parts.
            by: names of the columns whose values keep their proportions; `()` for none.
            groups: name of a column, such as `"id"`: rows that share its value stay on one side. For parallel
                sentences this is what keeps a translation of a test sentence out of the training part.

        Returns: `(train, test)`, both with rows in their order. A value of `by` that has one row only stays in train.
            Of several labels a row, the one that is rarest in the data set counts.

        Raises:
            ValueError: one part would be empty.
        """
        by = tuple(name for name in ((by,) if isinstance(by, str) else by) if name != "label" or self.label)
        values = (self._rarest_labels() if name == "label" and self.multi_label else self[name] for name in by)
        strata = list(zip(*values, strict=True)) if by else [()] * len(self)
        members = None if groups is None else self[groups]
        in_test = splitting.choose_test_rows(strata, test, members=members, seed=seed)
        return self[~in_test], self[in_test]

    def _rarest_labels(self):
        counts = collections.Counter(label for row in self.label or () for label in row)
        return [min(row, key=lambda label: (counts[label], label), default=None) for row in self.label or ()]

    def shuffle(self, seed: int = 0) -> "Dataset":
        """The same rows in an order that the seed decides.

        Returns: `Dataset`.
        """
        return self[np.random.default_rng(seed).permutation(len(self))]

    def sample(self, n: int, *, alpha: float = 1.0, seed: int = 0) -> "Dataset":
        """`n` rows drawn by language with probability ~ count ** alpha, shuffled.

        `alpha=1` keeps the balance of the data, `alpha=0` gives every language the same number of rows, values such
        as 0.3 or 0.5 lie between (1 / alpha is often called the temperature). Where a language must give more
        rows than it has, all of them are repeated equally often before any is once more.

        Args:
            n: int, the number of rows.
            alpha: float from 0 to 1 (larger ones sharpen).
            seed: int.

        Returns: `Dataset` of `n` rows.

        Raises:
            ValueError: the data set has no rows, or `n` or `alpha` is negative.

        Source: Arivazhagan et al. 2019, "Massively Multilingual Neural Machine Translation in the Wild".
        """
        return self[temperature.draw_rows(self.language, n, alpha=alpha, seed=seed)]

    def summary(self) -> Summary:
        """Counts by language and label: a `Summary`, which prints as a table."""
        return Summary.of(self.language, self.label)

    def without(self, *columns: str) -> "Dataset":
        """The data set without some columns (any but text and language).

        Returns: `Dataset`.
        """
        kept = dict(self._columns)
        for name in columns:
            if name in ("text", "language"):
                raise ValueError(f"A data set needs a column '{name}'. Received: {shown(columns)}.")
            kept[self._column(name)] = None
        return self._of({name: values for name, values in kept.items() if values is not None or name == "label"})

    def to_file(self, path: Path, *, for_spreadsheets: bool = False, label_separator: str | None = None) -> None:
        """Writes all columns to `.tsv`, `.csv`, `.jsonl` or `.parquet`, the first three also as `.gz` or `.xz`.

        The file is written whole or not at all, and `read` gives the same data set again.

        Args:
            path: the file.
            for_spreadsheets: put an apostrophe before texts of a `.tsv` or `.csv` that a spreadsheet would run as a
                formula (those that begin with = + - @); `read` then gives them with it.
            label_separator: what stands between the labels of a row in a `.tsv` or `.csv`, such as "|"; `read` then
                needs it too.

        Raises:
            ValueError: several labels a row and no separator, or a label that holds it; another ending, or a TAB or line end inside a value of a `.tsv`, which has no quoting.
            OSError: the disk is full or the path cannot be written.
        """
        from keras_i18n.datasets import writing

        columns = {name: self._columns[name] for name in self.columns}
        if self.multi_label and writing.is_flat(path):
            columns["label"] = writing.joined_labels(columns["label"], label_separator)
        writing.write(columns, path, for_spreadsheets=for_spreadsheets)

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame` with all columns; `datasets.from_pandas` reads one.

        Raises:
            ImportError: pandas is missing.
        """
        try:
            import pandas
        except ImportError as error:
            raise ImportError("A DataFrame needs pandas. Install it with: pip install 'keras_i18n[table]'") from error
        return pandas.DataFrame({name: list(self[name]) for name in self.columns})


def from_lists(
    text: Texts, label: Sequence[Any] | None = None, *, language: str | Sequence[str], **columns: Sequence[Any]
) -> Dataset:
    """A data set from lists of equal length.

    Args:
        text: texts, a list of str.
        label: labels, a list of str or whole numbers, or None; where a text may have several, a list of lists of str.
        language: BCP-47 tags, a list of str, or one tag for all rows.
        **columns: further columns, such as `id`.

    Returns: `Dataset`.

    Raises:
        ValueError: as `Dataset` does.

    Example:

    >>> from_lists(["Guten Morgen", "Good morning"], ["greeting", "greeting"], language=["de", "en"], id=[1, 1])
    Dataset of 2 rows, 1 label, 2 languages (de, en)
    """
    return Dataset({"text": text, "label": label, "language": language, **columns})


def concatenate(*datasets: Dataset) -> Dataset:
    """The rows of several data sets, one after the other.

    Args:
        *datasets: `Dataset`s with the same columns.

    Returns: `Dataset`.

    Raises:
        ValueError: none was given, or the columns differ.

    Example:

    >>> english = from_lists(["Good morning"], ["greeting"], language="en")
    >>> concatenate(english, from_lists(["Habari"], ["greeting"], language="sw"))
    Dataset of 2 rows, 1 label, 2 languages (en, sw)
    """
    if not datasets:
        raise ValueError("`concatenate` needs at least one data set. Received: none.")
    shapes = sorted({tuple(sorted(part.columns)) for part in datasets})
    if len(shapes) > 1:
        raise ValueError(
            f"Data sets must have the same columns. Received: {cut(' and '.join(map(str, shapes)))}. "
            "Take the others off with `.without(...)`."
        )
    columns = {}
    for name in datasets[0]._columns:
        parts = [part._columns[name] for part in datasets]
        columns[name] = None if parts[0] is None else tuple(value for part in parts for value in part)
    return Dataset._of(columns)


def _array(values):
    return np.asarray(values, dtype=object if not values else None)
