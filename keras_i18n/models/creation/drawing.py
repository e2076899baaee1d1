"""Which texts of very many are learned from."""

import collections
import itertools
from typing import Any

import numpy as np

_FEWEST = 20  # texts that each label and each language keeps, or all that it has


def drawn(dataset: Any, count: int, *, seed: int = 0) -> Any:
    """So many rows drawn at random, and a few more of the labels and languages that would else have next to none.

    Args:
        dataset: labelled `Dataset`.
        count: number of rows.
        seed: the same seed draws the same.

    >>> from keras_i18n.datasets import from_lists
    >>> many = from_lists(["text"] * 1000, ["often"] * 999 + ["rare"], language="en")
    >>> drawn(many, 10).labels
    ('often', 'rare')
    """
    label: Any = dataset.label
    labels = label if dataset.multi_label else [(one,) for one in label]
    order = np.random.default_rng(seed).permutation(len(dataset)).tolist()
    kept, had = [], collections.Counter[Any]()
    fewest = max(1, min(_FEWEST, count // len(dataset.labels)))
    for place, row in enumerate(order):
        kinds = list(itertools.chain(labels[row], [("language", dataset.language[row])]))
        if place < count or any(had[kind] < fewest for kind in kinds):
            kept.append(row)
            had.update(kinds)
    return dataset[np.asarray(kept)]
