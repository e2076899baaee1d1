"""Which rows say the same in other languages: a held-out text whose translation trains judges nothing."""

from typing import Any

import numpy as np

_ALIKE = 0.95  # of the rows that would say the same must have the same label


def translated_rows(dataset: Any) -> np.ndarray | None:
    """The number of the text that each row says, the same for its translations.

    Rows of different languages say the same where they share an `id`, or, without one, where all languages have as many rows
    and those at the same place have the same label. It is believed where labels agree.

    Args:
        dataset: `Dataset` with labels.

    Returns:
        int `(rows,)`; None where no text comes in several languages.

    >>> from keras_i18n import datasets
    >>> rows = datasets.from_lists(["a", "b", "c", "d"], ["x", "y", "x", "y"], language=["en", "en", "sw", "sw"])
    >>> translated_rows(rows)
    array([0, 1, 0, 1])
    >>> translated_rows(rows[:2]) is None
    True
    """
    if len(dataset.languages) < 2:
        return None
    language = np.array(dataset.language)
    if "id" in dataset.columns:
        names = [str(value) for value in dataset["id"]]
    else:
        counts = {tag: int((language == tag).sum()) for tag in dataset.languages}
        if len(set(counts.values())) > 1:
            return None
        places = np.empty(len(language), int)
        for tag, count in counts.items():
            places[language == tag] = np.arange(count)
        names = [str(place) for place in places]
    _, group = np.unique(names, return_inverse=True)
    pairs = np.unique(np.stack([group, np.unique(language, return_inverse=True)[1]]), axis=1)
    if not group.any() or np.bincount(pairs[0]).max() < 2 or not _agree(group, dataset.label):
        return None  # one text alone leaves none to hold out
    return group


def _agree(group, labels):
    """Whether nearly all rows have the label of the first row of their group."""
    first: dict[int, Any] = {}
    compared = [first.setdefault(one, label) == label for one, label in zip(group.tolist(), labels, strict=True)]
    others = len(compared) - len(first)
    return others > 0 and sum(compared) - len(first) >= _ALIKE * others
