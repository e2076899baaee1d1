"""K-means over pieces of rows: the mathematics of product quantisation.

Where errors in some directions cost more than in others, the codes of a row are chosen together: what one piece is off in a
costly direction, the others make good. Source: coordinate descent on the quadratic error, the criterion of Hassibi and Stork
1993 ("Optimal Brain Surgeon") for rounding as in Frantar et al. 2022 ("GPTQ").
"""

import numpy as np

from keras_i18n.shown import shown

_SAMPLE = 8192  # pieces that centres are trained on
_ROUNDS = 10
_BLOCK = 8192
_PASSES = 6  # of coordinate descent; two thirds of what can be gained comes in the first
_RIDGE = 1e-4  # of a metric's mean diagonal, so that it can be inverted


def trained_centres(
    pieces: np.ndarray, num_centres: int, *, generator: np.random.Generator, rounds: int = _ROUNDS
) -> np.ndarray:
    """Centres by Lloyd's algorithm, from pieces drawn at random.

    Args:
        pieces: float `(rows, dim)`; of more than 8,192 a sample is taken.
        num_centres: of how many.
        generator: of random numbers.
        rounds: passes over the sample.

    Returns:
        float32 `(num_centres, dim)`.
    """
    sample = np.ascontiguousarray(pieces, "float32")
    if len(sample) > _SAMPLE:
        sample = sample[generator.choice(len(sample), _SAMPLE, replace=False)]
    centres = sample[generator.choice(len(sample), num_centres, replace=len(sample) < num_centres)]
    for _ in range(rounds):
        codes = nearest_centres(sample, centres)
        centres = _means(sample, codes, centres)
        # a centre that no piece is near to goes where pieces are far from theirs
        empty = np.flatnonzero(np.bincount(codes, minlength=num_centres) == 0)
        if len(empty):
            distances = np.square(sample - centres[codes]).sum(axis=1)
            centres[empty] = sample[np.argsort(-distances, kind="stable")[: len(empty)]]
    return centres


def nearest_centres(pieces: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The place of the nearest centre of each piece, uint8 `(rows,)`; of several the first."""
    centres = np.ascontiguousarray(centres, "float32")
    halves = np.square(centres).sum(axis=1) / 2
    codes = np.empty(len(pieces), "uint8")
    for start in range(0, len(pieces), _BLOCK):
        part = np.ascontiguousarray(pieces[start : start + _BLOCK], "float32")
        codes[start : start + _BLOCK] = np.argmin(halves - part @ centres.T, axis=1)
    return codes


def nearest_codes(rows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The nearest centre of each piece of each row, uint8 `(rows, pieces)`.

    Args:
        rows: float `(rows, pieces * piece_dim)`.
        centres: float `(pieces, num_centres, piece_dim)`.
    """
    width = centres.shape[-1]
    codes = [nearest_centres(rows[:, i * width : (i + 1) * width], found) for i, found in enumerate(centres)]
    return np.stack(codes, axis=1)


def quantized(
    rows: np.ndarray,
    piece_dim: int,
    num_centres: int,
    *,
    metric: np.ndarray | None = None,
    generator: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Centres for each piece of rows, and the codes of the rows.

    Args:
        rows: float `(rows, pieces * piece_dim)`.
        piece_dim: numbers of a piece.
        num_centres: centres of each piece.
        metric: float `(dim, dim)`, of at most the width of a row: an error `e` costs `e @ metric @ e`; None for `e @ e`.
        generator: of random numbers.

    Returns:
        float32 `(pieces, num_centres, piece_dim)` and uint8 `(rows, pieces)`.

    Raises:
        ValueError: a metric of another shape.
    """
    places = [slice(start, start + piece_dim) for start in range(0, rows.shape[1], piece_dim)]
    centres = np.stack([trained_centres(rows[:, place], num_centres, generator=generator) for place in places])
    codes = nearest_codes(rows, centres)
    if metric is None:
        return centres, codes
    metric = _full_metric(metric, rows.shape[1])
    errors = rows - np.concatenate([found[codes[:, i]] for i, found in enumerate(centres)], axis=1)
    for _ in range(_PASSES):
        for i, place in enumerate(places):
            own = metric[place, place]
            # where the piece would have to lie, the others being as they are
            wanted = rows[:, place] + (errors @ metric[:, place] - errors[:, place] @ own) @ np.linalg.inv(own)
            root = np.linalg.cholesky(own)
            codes[:, i] = nearest_centres(wanted @ root, centres[i] @ root)
            centres[i] = _means(wanted, codes[:, i], centres[i])
            errors[:, place] = rows[:, place] - centres[i][codes[:, i]]
    return centres, codes


def _full_metric(metric, width):
    """As wide as a row, of mean diagonal 1; padding costs as much as the mean."""
    metric = np.asarray(metric, "float64")
    dim = len(metric)
    if metric.shape != (dim, dim) or not 0 < dim <= width:
        raise ValueError(f"`metric` must be a square as wide as a row, {width}. Received: shape {shown(metric.shape)}.")
    full = np.eye(width)
    full[:dim, :dim] = metric / max(np.trace(metric) / dim, 1e-30) + _RIDGE * np.eye(dim)
    return full.astype("float32")


def _means(pieces, codes, centres):
    """The mean of the pieces of each code; a centre that has none stays."""
    counts = np.bincount(codes, minlength=len(centres))
    sums = [np.bincount(codes, weights=column, minlength=len(centres)) for column in pieces.T]
    means = np.stack(sums, axis=1) / np.maximum(counts, 1)[:, None]
    return np.where(counts[:, None] > 0, means, centres).astype("float32")
