"""What a label may look like: a line of text that differs from the others by more than spaces; and sets of labels."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from keras_i18n.datasets.missing import is_missing
from keras_i18n.shown import cut, shown

_LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")  # all that `str.splitlines` knows
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\ufeff"))


def problem_of_label(label: Any) -> str | None:
    """What is wrong with one label, as a sentence or two with the way out; None for a good one.

    Args:
        label: anything.

    Example:

    >>> problem_of_label("alarm"), problem_of_label(["alarm", "music"])
    (None, "A row has one label. Received: ['alarm', 'music'], a list. Give the row one label, or every row a list of its labels.")
    """
    if is_missing(label) or (isinstance(label, str) and not label.strip()):
        received = "nothing" if label is None else f"{shown(label)}{'' if isinstance(label, str) else ' (missing)'}"
        return f"Every row needs a label. Received: {cut(received)}. Fill it in or leave the row out."
    if isinstance(label, str):
        if _LINE_ENDS.isdisjoint(label):
            return None
        return (
            f"A label must be one line. Received: {shown(label)}, which holds a line end. Write a blank in its place."
        )
    if is_label_set(label) or getattr(label, "ndim", False):
        return (
            f"A row has one label. Received: {shown(label)}, a {type(label).__name__}. "
            "Give the row one label, or every row a list of its labels."
        )
    return f"A label must be text or a whole number. Received: {shown(label)}. Write it as text."


def is_label_set(value: Any) -> bool:
    """Whether a value is several labels, one or none in a list, a tuple, a set or an array.

    Example:

    >>> is_label_set(["alarm", "music"]), is_label_set(()), is_label_set("alarm")
    (True, True, False)
    """
    return isinstance(value, list | tuple | set | frozenset) or getattr(value, "ndim", 0) == 1


def label_set(value: Any, separator: str | None = None) -> tuple[Any, ...]:
    """The labels of a row, sorted, each once; whole numbers as text.

    Args:
        value: a set of labels as `is_label_set` knows them or, where there is a separator, a str of them.
        separator: such as "|", or None. The blank str has no label.

    Example:

    >>> label_set("music | alarm", "|"), label_set(""), label_set([2, 1, 1])
    (('alarm', 'music'), (), ('1', '2'))
    """
    if not is_label_set(value):
        parts = [value] if separator is None else str(value).split(separator)
        value = [part.strip() for part in parts] if any(part.strip() for part in parts) else []
    plain = value.tolist() if hasattr(value, "tolist") else value
    labels = [str(label) if type(label) is int else label for label in plain]
    return tuple(sorted(set(labels)) if all(isinstance(label, str) for label in labels) else labels)


def problem_of_label_set(labels: Sequence[Any]) -> str | None:
    """What is wrong with the labels of a row; None where all are good, and where there are none.

    Args:
        labels: as `label_set` gives them.

    Example:

    >>> problem_of_label_set(("alarm", "music")), problem_of_label_set(("", "music"))
    (None, "Every row needs a label. Received: ''. Fill it in or leave the row out.")
    """
    return next(filter(None, map(problem_of_label, labels)), None)


def look_alikes(labels: Sequence[str]) -> tuple | None:
    """Two labels that differ only by blanks, invisible characters or Unicode's composition; None where all differ.

    Args:
        labels: different str.

    Example:

    >>> look_alikes(["alarm", "music", "alarm "])
    ('alarm', 'alarm ')
    """
    seen: dict[str, Any] = {}
    for label in labels:
        key = " ".join(unicodedata.normalize("NFC", label).translate(_INVISIBLE).split())
        if key in seen:
            return seen[key], label
        seen[key] = label
    return None


def problem_of_look_alikes(labels: Sequence[str]) -> str | None:
    """The message about two labels that look the same; None where there are none.

    Args:
        labels: different str.
    """
    pair = look_alikes(labels)
    if pair is None:
        return None
    told = ""
    if pair[0].split() != pair[1].split():  # invisible characters, or a letter that is composed in one of them
        told = f" ({cut(ascii(pair[0]), limit=60)} and {cut(ascii(pair[1]), limit=60)})"
    return (
        f"Labels must differ by more than blanks. Received: {shown(pair[0])} and {shown(pair[1])}{told}, which look the "
        "same and would be two classes. Write both alike."
    )
