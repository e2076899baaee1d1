"""Weights as bytes and steps."""

import numpy as np

_NARROW = 128  # columns; with fewer, a step a row costs more bytes than it is worth


def in_steps(values: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Rounds to bytes: each slice along an axis in steps of its own size.

    Returns:
        int8 of the same shape, and float32 steps, as many as the axis is long.
    """
    others = tuple(place for place in range(values.ndim) if place != axis % values.ndim)
    steps = np.maximum(np.abs(values).max(axis=others, keepdims=True), 1e-12).astype("float32") / np.float32(127)
    return np.round(values / steps).astype("int8"), steps.reshape(-1)


def table_axis(table: np.ndarray) -> int:
    """The axis of a table of vectors that gets the steps: rows, or columns where rows are short."""
    return 0 if table.ndim == 1 or table.shape[-1] >= _NARROW else table.ndim - 1
