"""Texts as every exported file takes them."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_i18n.protocols import Texts


def codepoints_of(texts: Texts) -> np.ndarray:
    """Raw Unicode code points: int32 `(texts, longest)`, padded with 0 on the right; at least one column.

    Example:

    >>> codepoints_of(["né", ""]).tolist()
    [[110, 233], [0, 0]]
    """
    rows = [np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<i4") for text in texts]
    codepoints = np.zeros((len(rows), max([1, *map(len, rows)])), "int32")
    for place, row in enumerate(rows):
        codepoints[place, : len(row)] = row
    return codepoints


def batches_by_length(texts: Texts, *, max_texts: int = 32, max_codepoints: int = 8192) -> Iterator[Any]:
    """Yields lists of row numbers: texts of about one length, so that a long one does not pad all others."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    rows: list[int] = []
    for row in order:
        if rows and (len(rows) == max_texts or (len(rows) + 1) * len(texts[row]) > max_codepoints):
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows
