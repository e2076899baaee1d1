"""What is done to vectors before they are mapped, by name. Each is fitted on one side and applied to it."""

from collections.abc import Callable, Sequence

import numpy as np

from keras_i18n.evaluation.nearest_neighbours import unit
from keras_i18n.shown import shown


def _centre(vectors):
    mean = vectors.mean(0, dtype=np.float64).astype(np.float32)
    return lambda x: x - mean


def _whiten(vectors):
    """Decorrelates columns, with a tenth of the mean variance added to each so that noise is not blown up."""
    covariance = np.cov(vectors, rowvar=False, dtype=np.float64)
    values, axes = np.linalg.eigh(covariance)
    values = np.maximum(values, 0)
    matrix = ((axes / np.sqrt(values + 0.1 * values.mean() + 1e-12)) @ axes.T).astype(np.float32)
    return lambda x: x @ matrix


# name -> vectors (rows, dim) -> function of vectors
STEPS = {"unit": lambda vectors: unit, "centre": _centre, "whiten": _whiten}


def fit_steps(names: Sequence[str], vectors: np.ndarray, paired: np.ndarray) -> list[Callable[..., np.ndarray]]:
    """The steps, fitted one after the other; a list of functions.

    Args:
        names: keys of `STEPS`.
        vectors: float `(rows, dim)`.
        paired: int, the rows whose mean centring takes off, so that both sides' origins are those of the same words.

    Raises:
        ValueError: no such step.
    """
    fitted = []
    for name in names:
        if name not in STEPS:
            raise ValueError(f"`steps` must be of {', '.join(map(repr, STEPS))}. Received: {shown(name)}.")
        step = STEPS[name](vectors[paired] if name == "centre" else vectors)
        vectors = step(vectors)
        fitted.append(step)
    return fitted
