"""Weights as bytes and steps, as files in few bits hold them."""

import numpy as np

# numbers, at least: of tables that are looked up in, and of matrices, where rounding only averages out over many
SMALLEST_TABLE, SMALLEST_MATRIX = 1 << 10, 1 << 16
# of the numbers of a matrix that bytes may miss, root mean squares: one with numbers far beyond the others stays in half
# precision. Normally distributed ones miss 0.7 %. Of 3,168 texts in 32 languages `universal` answered 99.59 % alike with all
# matrices in bytes by columns, 99.78 % by rows or columns, and 99.81 % where the two that miss most stay in half precision;
# eight of them, at 1 %, took 1.1 MB more and gained nothing
LARGEST_LOSS = 0.0142
_NARROW = 128  # columns; with fewer, a step a row costs more bytes than it is worth
_MOST = 127


def in_steps(values: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Rounds to bytes: each slice along an axis in steps of its own size.

    What was rounded so comes out the same when it is rounded again, also by way of half precision: the largest number
    of a slice is one that half precision has.

    Returns:
        int8 of the same shape, and float32 steps, as many as the axis is long.
    """
    others = tuple(place for place in range(values.ndim) if place != axis % values.ndim)
    largest = np.abs(values).max(axis=others, keepdims=True).astype("float32")
    half = np.minimum(largest, 65504).astype("float16").astype("float32")
    largest = np.where(largest < 65504, half, largest)
    steps = np.maximum(largest, 1e-12).astype("float32") / np.float32(_MOST)
    return np.clip(np.round(values / steps), -_MOST, _MOST).astype("int8"), steps.reshape(-1)


def matrix_axis(values: np.ndarray) -> int:
    """The first axis or the last: that whose steps come nearer to the numbers of a matrix.

    Converters lay matrices out as their operators ask; of a matrix that was rounded before, one axis is exact.
    """

    def error(axis):
        rounded, steps = in_steps(values, axis)
        shape = [-1 if place == axis else 1 for place in range(values.ndim)]
        return float(np.square(rounded * steps.reshape(shape) - values).sum())

    return 0 if error(0) <= error(values.ndim - 1) else values.ndim - 1


def table_axis(table: np.ndarray) -> int:
    """The axis of a table of vectors that gets the steps: rows, or columns where rows are short."""
    return 0 if table.ndim == 1 or table.shape[-1] >= _NARROW else table.ndim - 1


def on_steps(values: np.ndarray, *, is_table: bool) -> np.ndarray:
    """The numbers that a file in few bits holds of a weight: on the steps of bytes, or in half precision.

    >>> np.unique(on_steps(np.linspace(0, 1, 2**16).reshape(256, 256), is_table=False)).size < 2**16
    True
    """
    found = _in_bytes(values, is_table)
    if found is not None:
        return found
    with np.errstate(over="ignore"):
        half = values.astype("float16").astype("float32")
    return np.where(np.isfinite(half), half, values)


def stored_bytes(values: np.ndarray, *, is_table: bool) -> int:
    """What a weight takes in a file in few bits.

    >>> stored_bytes(np.ones(10), is_table=False), stored_bytes(np.ones((512, 256)), is_table=False)
    (20, 132096)
    """
    if _in_bytes(values, is_table) is None:
        return 2 * values.size
    return values.size + 4 * values.shape[_axis(values, is_table)]


def _axis(values, is_table):
    if is_table:
        return table_axis(values)
    # kernels of more axes are flattened in files, where steps by the first would be others
    return matrix_axis(values) if values.ndim == 2 else values.ndim - 1


def _in_bytes(values, is_table):
    """On the steps of bytes; None for what is small, or would lose too much."""
    if values.ndim < 2 or values.size < (SMALLEST_TABLE if is_table else SMALLEST_MATRIX):
        return None
    axis = _axis(values, is_table)
    rounded, steps = in_steps(values, axis)
    stored = rounded * steps.reshape([-1 if place == axis else 1 for place in range(values.ndim)])
    lost = np.square(stored - values).sum()
    return stored if is_table or lost <= LARGEST_LOSS**2 * np.square(values).sum() else None


def fits_in_half(values: np.ndarray) -> bool:
    """Whether half precision holds every number exactly, as it does those of a twin that are no bytes."""
    with np.errstate(over="ignore"):
        return np.array_equal(values.astype("float16").astype("float32"), values)
