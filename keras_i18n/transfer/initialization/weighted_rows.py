"""Weighted means of source rows."""

from typing import Any

import numpy as np

_BLOCK = 1 << 18


def weighted_rows(
    source_rows: np.ndarray, place: np.ndarray, source: Any, weight: np.ndarray, num_places: int
) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean of source rows for each place.

    Args:
        source_rows: float `(rows, dim)`.
        place, source: int `(n,)`: the place that a source row counts for.
        weight: float `(n,)`, at least 0.
        num_places: number of rows wanted.

    Returns:
        float64 `(num_places, dim)`, and bool `(num_places,)`: whether any weight was above 0.
    """
    total = np.bincount(place, weight, num_places)
    known = total > 0
    rows = np.zeros((num_places, source_rows.shape[1]))
    order = np.argsort(place, kind="stable")
    order = order[weight[order] > 0]
    for start in range(0, len(order), _BLOCK):
        part = order[start : start + _BLOCK]
        first = np.flatnonzero(np.r_[True, np.diff(place[part]) != 0])
        share = (weight[part] / total[place[part]])[:, None]
        rows[place[part][first]] += np.add.reduceat(source_rows[source[part]] * share, first, axis=0)
    return rows, known
