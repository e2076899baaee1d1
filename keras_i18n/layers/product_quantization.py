"""K-means over pieces of rows: the mathematics of product quantisation."""

import numpy as np

_SAMPLE = 8192  # pieces that centres are trained on
_ROUNDS = 10
_BLOCK = 8192


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
        counts = np.bincount(codes, minlength=num_centres)
        sums = [np.bincount(codes, weights=column, minlength=num_centres) for column in sample.T]
        means = np.stack(sums, axis=1) / np.maximum(counts, 1)[:, None]
        centres = np.where(counts[:, None] > 0, means, centres).astype("float32")
        # a centre that no piece is near to goes where pieces are far from theirs
        empty = np.flatnonzero(counts == 0)
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
