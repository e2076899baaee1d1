"""Sums of sparse rows and their updates, in machine code: a text is a list of rows, a step touches no other row.

The code is made anew in each run: what numba takes from its cache rounds otherwise than what it just made.
"""

import numba
import numpy as np

# a row of a text is left out where its hash is below the share; each step draws anew
_HASHES = np.uint32(2654435761), np.uint32(40503), np.uint32(2246822519)


@numba.njit(inline="always")
def _left_out(row, step, place, share):
    mixed = np.uint32(row) * _HASHES[0] + np.uint32(step) * _HASHES[1] + np.uint32(place) * _HASHES[2]
    mixed ^= mixed >> np.uint32(15)
    mixed *= _HASHES[2]
    mixed ^= mixed >> np.uint32(13)
    return (mixed & np.uint32(0xFFFF)) < share


@numba.njit(parallel=True, fastmath=True)
def summed(table, rows, starts, texts, groups, step, share, out):
    """Writes the sum of the rows of each group of texts, divided by the root of their number, into `out`.

    Args:
        table: float32 `(rows, dim)`.
        rows, starts: the rows of all texts one after the other, and where each text begins.
        texts, groups: texts of the batch, and where each group of them begins and the last ends.
        step, share: which rows are left out, of 65,536.
        out: float32 `(groups, dim)`.
    """
    for group in numba.prange(len(groups) - 1):
        total, count = out[group], 0
        total[:] = 0
        for place in range(groups[group], groups[group + 1]):
            text = texts[place]
            for at in range(starts[text], starts[text + 1]):
                if not _left_out(rows[at], step, group, share):
                    row = table[rows[at]]
                    count += 1
                    for number in range(len(total)):
                        total[number] += row[number]
        total *= np.float32(1 / np.sqrt(max(count, 1)))


@numba.njit(parallel=True, fastmath=True)
def update(table, squares, rows, starts, texts, groups, step, share, gradient, rate):
    """Adagrad with one sum of squares a row (Duchi et al. 2011), on the rows that `summed` read.

    Args:
        squares: float32 `(rows,)`, summed squares of what each row was told.
        gradient: float32 `(groups, dim)`, of the sums.
        rate: of learning.
    """
    for group in numba.prange(len(groups) - 1):
        count = 0
        for place in range(groups[group], groups[group + 1]):
            for at in range(starts[texts[place]], starts[texts[place] + 1]):
                count += not _left_out(rows[at], step, group, share)
        scale = np.float32(1 / np.sqrt(max(count, 1)))
        square = np.float32(0)
        for number in range(table.shape[1]):
            square += gradient[group, number] * gradient[group, number]
        square *= scale * scale
        for place in range(groups[group], groups[group + 1]):
            for at in range(starts[texts[place]], starts[texts[place] + 1]):
                if not _left_out(rows[at], step, group, share):
                    squares[rows[at]] += square
                    length = rate * scale / np.sqrt(squares[rows[at]] + np.float32(1e-12))
                    row = table[rows[at]]
                    for number in range(len(row)):
                        row[number] -= length * gradient[group, number]
