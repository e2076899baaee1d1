"""Texts as every exported file takes them."""

import numpy as np


def codepoints_of(texts):
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


def batches_by_length(texts, *, max_texts=32, max_codepoints=8192):
    """Yields lists of row numbers: texts of about one length, so that a long one does not pad all others."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    rows = []
    for row in order:
        if rows and (len(rows) == max_texts or (len(rows) + 1) * len(texts[row]) > max_codepoints):
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows
