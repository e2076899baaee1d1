"""What a label may look like: a line of text that differs from the others by more than spaces."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from keras_i18n.datasets.missing import is_missing
from keras_i18n.shown import shown

_LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")  # all that `str.splitlines` knows
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\ufeff"))


def problem_of_label(label: Any) -> str | None:
    """What is wrong with one label, as a sentence or two with the way out; None for a good one.

    Args:
        label: anything.

    Example:

    >>> problem_of_label("alarm"), problem_of_label(["alarm", "music"])
    (None, "A row has one label. Received: ['alarm', 'music'], a list. Give the row one label, or a row to each label.")
    """
    if is_missing(label) or (isinstance(label, str) and not label.strip()):
        received = "nothing" if label is None else f"{shown(label)}{'' if isinstance(label, str) else ' (missing)'}"
        return f"Every row needs a label. Received: {received}. Fill it in or leave the row out."
    if isinstance(label, str):
        if _LINE_ENDS.isdisjoint(label):
            return None
        return (
            f"A label must be one line. Received: {shown(label)}, which holds a line end. Write a blank in its place."
        )
    if isinstance(label, list | tuple | set | frozenset) or getattr(label, "ndim", False):
        return (
            f"A row has one label. Received: {shown(label)}, a {type(label).__name__}. "
            "Give the row one label, or a row to each label."
        )
    return f"A label must be text or a whole number. Received: {shown(label)}. Write it as text."


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
    return (
        f"Labels must differ by more than blanks. Received: {shown(pair[0])} and {shown(pair[1])}, which look the "
        "same and would be two classes. Write both alike."
    )
