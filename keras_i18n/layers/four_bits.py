"""Numbers of a row as one of sixteen places on a ruler of the row's own."""

import numpy as np

LARGEST = 15
MIDDLE, FRACTIONS = 8, 16  # a zero lies at 8 + byte / 16
# How many steps the ruler's sixteen places are taken from. Where a row spans more than 15 its largest and smallest values
# are cut off, which may cost less than coarse steps for all the others; where a table came from integers, as those of
# published encoders often do, one of these meets them exactly.
_SPANS = (15, 14, 13, 12, 11, 10, 9, 8, 16, 17, 18, 20, 23)
_EXACT = 1e-6  # of the squares of a row


def in_four_bits(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The ruler with the least squared error of those that are tried, and the places.

    Args:
        rows: float32 `(rows, dim)`.

    Returns:
        Places, uint8 of the same shape, 0 to 15; steps, float32 `(rows,)`; zeros, int8 `(rows,)`: a number is
        (place - 8 - zero / 16) * step.
    """
    least, most = rows.min(axis=1), rows.max(axis=1)
    reach = np.maximum(most - least, 1e-30)
    # a ruler needs its zero within: rows of one sign reach down, or up, to it
    places = np.zeros(rows.shape, "uint8")
    steps, zeros = np.ones(len(rows), "float32"), np.zeros(len(rows), "int8")
    lowest = np.full(len(rows), np.inf)
    small = _EXACT * np.square(rows).sum(axis=1)

    def attempt(size, base):
        left = np.flatnonzero(lowest > small)
        if not len(left):
            return
        size, base, some = size[left], base[left], rows[left]
        zero = np.clip(np.round(FRACTIONS * (-base / size - MIDDLE)), -128, 127)
        middle = (MIDDLE + zero / FRACTIONS).astype("float32")[:, None]
        found = np.clip(np.round(some / size[:, None] + middle), 0, LARGEST)
        error = np.square((found - middle) * size[:, None] - some).sum(axis=1)
        better = error < lowest[left]
        rows_ = left[better]
        lowest[rows_], steps[rows_], zeros[rows_] = error[better], size[better], zero[better]
        places[rows_] = found[better]

    attempt(np.maximum(np.maximum(np.abs(least), np.abs(most)) / 7.5, 1e-30), -np.maximum(np.abs(least), np.abs(most)))
    for span in _SPANS:
        size = reach / span
        for skipped in {0, max(0, span - LARGEST) // 2, max(0, span - LARGEST)}:
            attempt(size, least + skipped * size)
    return places, steps, zeros
