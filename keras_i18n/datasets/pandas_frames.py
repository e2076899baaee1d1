"""Data sets out of and into pandas' DataFrames."""

from typing import Any

from keras_i18n.datasets.dataset import Dataset
from keras_i18n.datasets.formats.records import Records, check_header
from keras_i18n.datasets.missing import is_missing
from keras_i18n.datasets.problems import DataError, Problems
from keras_i18n.datasets.reading import dataset_of
from keras_i18n.shown import shown

_WHERE = "the DataFrame"


def is_frame(value: Any) -> bool:
    """Whether a value is a pandas DataFrame, without loading pandas.

    Example:

    >>> is_frame(["a text"])
    False
    """
    kinds = type(value).__mro__
    return any(kind.__name__ == "DataFrame" and kind.__module__.startswith("pandas") for kind in kinds)


def from_pandas(
    frame: Any,
    *,
    text: str = "text",
    label: str | None = "label",
    language: str = "language",
    label_separator: str | None = None,
) -> Dataset:
    """A data set of a DataFrame.

    Args:
        frame: `pandas.DataFrame`; its index plays no part.
        text: name of the column of texts.
        label: name of the column of labels (text or whole numbers), or None for texts without labels.
        language: name of the column of BCP-47 tags, or one tag for all rows, such as `"sw"`.
        label_separator: as in `read`; not needed where every row has a list of labels.

    Returns: `Dataset`; the other columns are kept by their names.

    Raises:
        DataError: as in `read`; a missing value (None, NaN, NA) is no text and no label, and its row is named, counted
            from 0 as `frame.iloc` counts.
        TypeError: no DataFrame.

    Example:

    >>> import pandas
    >>> frame = pandas.DataFrame({"text": ["Nzuri sana", "Mbaya"], "label": [5, 1]})
    >>> from_pandas(frame, language="sw").label
    ('5', '1')
    """
    if not is_frame(frame):
        raise TypeError(f"`frame` must be a pandas DataFrame. Received: {type(frame).__name__}.")
    names = list(frame.columns)
    unnamed = [name for name in names if not isinstance(name, str)]
    if unnamed:
        raise DataError(
            f"Columns must be named by str. Received: {shown(unnamed[:3])}. Rename them: frame.columns = [...].",
            path=_WHERE,
        )
    check_header(names, _WHERE, line=None)
    if not len(frame):
        raise DataError("A data set needs at least one row. Received: an empty DataFrame.", path=_WHERE)
    problems = Problems(_WHERE)
    problems.unit = "row"
    columns = {name: frame[name].tolist() for name in names}
    if label in columns:
        columns[label] = _whole_numbers(columns[label])
    records = Records(columns, list(range(len(frame))))
    return dataset_of(records, problems, text=text, label=label, language=language, label_separator=label_separator)


def _whole_numbers(values):
    """Pandas makes 1.0 of 1 where a column has gaps; the gaps are what is to be told."""
    given = [value for value in values if not is_missing(value)]
    if not all(type(value) is float and value.is_integer() for value in given):
        return values
    return [value if is_missing(value) else int(value) for value in values]


def to_pandas(dataset: Dataset) -> object:
    """A `pandas.DataFrame` with the columns of a data set.

    Args:
        dataset: `Dataset`.

    Raises:
        ImportError: pandas is missing.

    Example:

    >>> from keras_i18n.datasets import from_lists
    >>> list(to_pandas(from_lists(["Habari"], ["greeting"], language="sw")).columns)
    ['text', 'label', 'language']
    """
    return dataset.to_pandas()
