"""Data sets out of a `tf.data.Dataset` of texts and labels; TensorFlow is not loaded for it."""

from typing import Any

import numpy as np

from keras_i18n.datasets.dataset import Dataset
from keras_i18n.datasets.labels import problem_of_label
from keras_i18n.datasets.problems import Problems
from keras_i18n.shown import shown

_NAMES = ("text", "label", "language")
_INFINITE = -1  # what `tf.data.Dataset.cardinality` gives for a data set that repeats for ever


def is_tensorflow_dataset(value: Any) -> bool:
    """Whether a value is a `tf.data.Dataset`.

    Example:

    >>> is_tensorflow_dataset([("a text", "a label")])
    False
    """
    return hasattr(value, "element_spec") and hasattr(value, "as_numpy_iterator")


def from_tensorflow(given: Any, *, name: str = "data", language: str | None = None) -> Dataset:
    """A data set of the rows of a `tf.data.Dataset`.

    Args:
        given: elements are `(text, label)`, `(text, label, language)`, or dicts with these names; texts are UTF-8
            strings, labels strings or whole numbers; batched or not.
        name: of the argument, for messages.
        language: tag for rows where the elements hold none; None where each row needs its own.

    Returns: `Dataset`.

    Raises:
        ValueError: it repeats for ever, elements are no such tuples, a label is a vector, a text is no UTF-8.

    Example:

    >>> import tensorflow as tf
    >>> rows = tf.data.Dataset.from_tensor_slices((["Wake me", "Play a song"], [0, 1])).batch(2)
    >>> from_tensorflow(rows, language="en").label
    ('0', '1')
    """
    names = _names_of(given.element_spec, name, language)
    if int(given.cardinality()) == _INFINITE:
        raise ValueError(
            f"`{name}` must end. Received: a tf.data.Dataset that repeats for ever. Leave `.repeat()` out."
        )
    columns: dict[str, list[Any]] = {key: [] for key in names}
    for element in given.as_numpy_iterator():
        values = [element[key] for key in names] if isinstance(element, dict) else element
        batched = np.ndim(values[0]) > 0
        for key, value in zip(names, values, strict=True):
            columns[key].extend(list(value) if batched else [value])
    problems = Problems(f"`{name}`")
    problems.unit = "row"
    columns = {
        key: [_text(value, row, problems) for row, value in enumerate(values)] for key, values in columns.items()
    }
    for row, label in enumerate(columns["label"]):
        problem = problem_of_label(label)
        if problem:
            problems.add(row, problem)
    problems.raise_if_any()
    return Dataset({"language": language, **columns})


def _names_of(spec, name, language):
    names = None
    if isinstance(spec, dict):
        names = tuple(key for key in _NAMES if key in spec)
    elif isinstance(spec, tuple):
        names = _NAMES[: len(spec)]
    if names is None or not {"text", "label"} <= set(names) or (isinstance(spec, tuple) and len(spec) > len(_NAMES)):
        raise ValueError(
            f"Elements of `{name}` must be (text, label) or (text, label, language). Received: {shown(spec, limit=200)}. "
            "Bring them into this form with `.map(...)`."
        )
    if language is None and "language" not in names:
        raise ValueError(
            f"Elements of `{name}` must be (text, label, language): every text needs its language. "
            f"Received: {shown(spec, limit=200)}. Add it with `.map(lambda text, label: (text, label, 'sw'))`."
        )
    return names


def _text(value, row, problems):
    """The str of UTF-8 bytes and of whole numbers; what is neither stays."""
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError as error:
            problems.add(row, f"A text must be UTF-8. Received: byte {value[error.start]:#04x} at {error.start}.")
            return ""
    return str(value) if isinstance(value, int | np.integer) and not isinstance(value, bool) else value
