"""Columns of a data set, every value checked."""

import numbers
from collections.abc import Iterable, Sequence
from typing import Any

from keras_i18n.datasets.labels import is_label_set, label_set, problem_of_label, problem_of_label_set
from keras_i18n.datasets.missing import is_missing
from keras_i18n.shown import cut, shown


def strings(name: str, values: Iterable[Any]) -> tuple[str, ...]:
    """A column as a tuple of str.

    Args:
        name: of the column; in "label" whole numbers become text.
        values: an entry a row.

    Raises:
        ValueError: one that is no str; its row is named.
    """
    values = list(values)
    known = set()
    for row, value in enumerate(values):
        if isinstance(value, str) and value in known:
            continue
        if name == "label" and _is_whole(value):
            values[row] = value = str(value)
        if name == "label":
            problem = problem_of_label(value)
            if problem:
                raise ValueError(f"`label`, row {row}: {problem}")
            known.add(value)
        if not isinstance(value, str):
            way_out = "Leave such rows out." if is_missing(value) else "Convert it with str()."
            missing = " (missing)" if is_missing(value) and value is not None else ""
            raise ValueError(f"`{name}` must hold str. Received: {shown(value)}{cut(missing)} in row {row}. {way_out}")
        if type(value) is not str:
            values[row] = str(value)
    return tuple(values)


def _is_whole(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def label_column(values: Iterable[Any]) -> tuple[Any, ...]:
    """A column of labels: a tuple of str, or of tuples of str where every row has a list.

    Args:
        values: a label, or a list of labels, a row.

    Raises:
        ValueError: something that is no label; its row is named.
    """
    values = values if isinstance(values, list | tuple) else list(values)  # copied once only, in `strings`
    if not values or not all(map(is_label_set, values)):
        return strings("label", values)
    rows = [label_set(value) for value in values]
    for row, labels in enumerate(rows):
        problem = problem_of_label_set(labels)
        if problem:
            raise ValueError(f"`label`, row {row}: {problem}")
    return tuple(tuple(map(str, labels)) for labels in rows)


def distinct_labels(labels: Sequence[Any]) -> list[str]:
    """The single labels of a column, sorted.

    Args:
        labels: as `label_column` gives them.
    """
    several = bool(labels) and isinstance(labels[0], tuple)
    return sorted({label for row in labels for label in row} if several else set(labels))
