"""What may stand in the place of a data set, and the way out for what may not."""

import os
from typing import Any

from keras_i18n.datasets import tensorflow_pairs
from keras_i18n.datasets.dataset import Dataset
from keras_i18n.datasets.formats import READERS
from keras_i18n.datasets.opening import plain_suffix
from keras_i18n.datasets.pandas_frames import from_pandas, is_frame
from keras_i18n.datasets.problems import Problems
from keras_i18n.datasets.reading import dataset_of, read_records
from keras_i18n.shown import cut, shown

_UNKNOWN = "und"  # the tag of a language that nobody told


def as_dataset(given: Any, *, name: str = "data", labelled: bool = True, language_needed: bool = False) -> Dataset:
    """A data set of what a person has: a `Dataset`, a file, a DataFrame, a `tf.data.Dataset`.

    Args:
        given: a `Dataset`; the path of a file or a `pandas.DataFrame` with columns text, label and, if it has one,
            language, as `read` and `from_pandas` take them; a `tf.data.Dataset` of `(text, label)` or
            `(text, label, language)`, batched or not.
        name: of the argument, for the message.
        labelled: whether rows must have labels.
        language_needed: whether every row needs a language; else rows without one get `und`, the undetermined.

    Returns: `Dataset`.

    Raises:
        TypeError: anything else; the message tells how to make a data set of it.
        DataError: the file or table is not as `read` asks.

    Example:

    >>> as_dataset(["Wake me at six"], name="train")
    Traceback (most recent call last):
        ...
    TypeError: `train` must be a Dataset, a DataFrame, a tf.data.Dataset of (text, label), or the path of a file.
    Received: a list. Make a Dataset: datasets.from_lists(texts, labels, language=...), 'und' where the language is not known.
    """
    if isinstance(given, Dataset):
        return given
    label = "label" if labelled else None
    if is_frame(given):
        language = "language" if language_needed or "language" in given.columns else _UNKNOWN
        return from_pandas(given, label=label, language=language)
    if tensorflow_pairs.is_tensorflow_dataset(given):
        return tensorflow_pairs.from_tensorflow(given, name=name, language=None if language_needed else _UNKNOWN)
    if isinstance(given, os.PathLike) or (isinstance(given, str) and plain_suffix(given[-300:]) in READERS):
        return _read(given, label, language_needed)
    rule = f"`{name}` must be a Dataset, a DataFrame, a tf.data.Dataset of (text, label), or the path of a file."
    raise TypeError(f"{rule} Received: {cut(_received(given))}. {_way_out(given)}")


def _read(path, label, language_needed):
    problems = Problems(os.fspath(path))
    records = read_records(path, problems, encoding="utf-8", max_bytes=None)
    language = "language" if language_needed or "language" in records.columns else _UNKNOWN
    return dataset_of(records, problems, text="text", label=label, language=language)


def _received(given):
    if isinstance(given, str):
        return f"the str {shown(given)}, which does not end in one of {', '.join(READERS)}"
    if isinstance(given, list | tuple | dict | set):
        return f"a {type(given).__name__}"
    return f"an object of {type(given).__name__}"


def _way_out(given):
    parts = [key for key, value in given.items() if hasattr(value, "to_pandas")] if isinstance(given, dict) else []
    if parts:  # the Hugging Face data sets, by split
        return f"Give `.to_pandas()` of one of its parts, such as {shown(parts[0])}."
    if isinstance(given, dict):
        return "Make a Dataset: datasets.Dataset(columns), with the columns text, label and language."
    if hasattr(given, "to_pandas"):  # Polars, PyArrow, the Hugging Face data sets
        return "Give its `.to_pandas()`."
    if hasattr(given, "__next__"):
        return (
            "Gather its rows: texts, labels = zip(*rows), then datasets.from_lists(texts, labels, language=...); the "
            "texts of a classifier lie in memory."
        )
    if isinstance(given, list) and given and all(isinstance(row, tuple | list) and len(row) == 2 for row in given[:10]):
        return "Part its columns: texts, labels = zip(*rows), then datasets.from_lists(texts, labels, language=...)."
    return "Make a Dataset: datasets.from_lists(texts, labels, language=...), 'und' where the language is not known."
