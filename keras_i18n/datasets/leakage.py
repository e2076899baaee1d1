"""Finding what is on both sides of a split."""

from typing import Any

from keras_i18n.datasets.dataset import Dataset


def shared_ids(train: Dataset, test: Dataset, *, column: str = "id") -> list[Any]:
    """Values that rows of both sides have, such as the numbers of sentences whose translations are in the other part.

    Args:
        train: `Dataset`.
        test: `Dataset`.
        column: name of the column to compare; `"text"` finds equal texts.

    Returns: sorted list of the shared values; empty where nothing leaks.

    Raises:
        KeyError: one of them has no such column.

    Example:

    >>> from keras_i18n.datasets import from_lists
    >>> english = from_lists(["Good morning", "Good night"], language="en", id=["1", "2"])
    >>> shared_ids(english, from_lists(["Habari za asubuhi"], language="sw", id=["1"]))
    ['1']
    """
    return sorted(set(train[column]) & set(test[column]))
