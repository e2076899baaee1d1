"""Rounds the numbers of a row so that their errors make good for one another."""

import numpy as np

_DAMPING = 1e-2  # of the mean of a sensitivity's diagonal: what no text showed shall not be free
_COLUMNS = 32  # rounded before what is left is corrected by one product


def rounded_together(values: np.ndarray, sensitivity: np.ndarray, *, largest: int) -> np.ndarray:
    """Whole numbers near `values`, whose errors as a whole cost little.

    One column after the other is rounded, those first that matter most, and the error of each is made good by the columns
    that follow as far as what reads the rows can tell. Source: GPTQ (Frantar et al. 2023, arXiv 2210.17323), with rows of a
    table in the place of weights.

    Args:
        values: float `(rows, dim)`, in steps.
        sensitivity: `(dim, dim)`, symmetric and positive: an error `e` of a row costs `e @ sensitivity @ e`.
        largest: the largest number, either way.

    Returns:
        float32 of the same shape, whole numbers.

    Example:

    >>> import numpy as np
    >>> reads_the_sum = np.ones((4, 4))
    >>> rounded_together(np.array([[0.4, 0.4, 0.4, 0.4]]), reads_the_sum, largest=127)
    array([[0., 1., 0., 1.]], dtype=float32)
    """
    order = np.argsort(-np.diag(sensitivity), kind="stable")
    damped = sensitivity[np.ix_(order, order)].astype("float64")
    damped = damped + np.eye(len(order)) * max(_DAMPING * float(np.trace(damped)) / len(order), 1e-30)
    upper = np.linalg.cholesky(np.linalg.inv(damped)).T
    upper = (upper / np.diag(upper)[:, None]).astype("float32")
    left = np.asarray(values, "float32")[:, order]
    rounded = np.empty_like(left)
    for first in range(0, len(order), _COLUMNS):
        last = min(first + _COLUMNS, len(order))
        for column in range(first, last):
            rounded[:, column] = np.clip(np.round(left[:, column]), -largest, largest)
            left[:, column] -= rounded[:, column]  # the error from here on
            left[:, column + 1 : last] -= left[:, column, None] * upper[column, column + 1 : last]
        left[:, last:] -= left[:, first:last] @ upper[first:last, last:]
    found = np.empty_like(rounded)
    found[:, order] = rounded
    return found
