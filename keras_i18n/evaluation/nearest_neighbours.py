"""Nearest vectors in another set, without a matrix of all similarities in memory."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import shown

_BLOCK = 1 << 25  # similarities at once: 128 MB


def _csls(similarity, of_query, of_candidate):
    return 2 * similarity - of_query[:, None] - of_candidate


def _margin(similarity, of_query, of_candidate):
    around = (of_query[:, None] + of_candidate) / 2
    return similarity / np.maximum(around, 1e-6)


# name -> similarity and the mean similarity of both sides to their neighbours -> score
SCORINGS = {"cosine": None, "csls": _csls, "margin": _margin}


class Scorer:
    """Scores of candidates for queries, block by block.

    Args:
        queries: float `(queries, dim)`.
        candidates: float `(candidates, dim)`.
        scoring: "cosine"; "csls" (twice the cosine less the mean cosine of both to their neighbours: vectors that are
            near to everything lose); "margin" (the cosine over that mean).
        num_neighbours: whose mean that is.
        pool: vectors like the queries, by default the queries, whose nearness makes a candidate a hub.

    Raises:
        ValueError: no such scoring; no vectors, unlike sizes, or vectors that are not finite.

    Source: CSLS: Conneau et al. 2018 (arXiv 1710.04087); margin: Artetxe, Schwenk 2019 (arXiv 1811.01136).

    Example:

    >>> scorer = Scorer(np.eye(2), [[1, 0.1], [0, 3]], scoring="cosine")
    >>> [(start, scores.argmax(1).tolist()) for start, scores in scorer.blocks()]
    [(0, [0, 1])]
    """

    def __init__(
        self,
        queries: Array,
        candidates: Array,
        *,
        scoring: str = "csls",
        num_neighbours: int = 10,
        pool: Array | None = None,
    ) -> None:
        if scoring not in SCORINGS:
            raise ValueError(f"`scoring` must be one of {', '.join(map(repr, SCORINGS))}. Received: {shown(scoring)}.")
        self.queries, self.candidates = _checked(queries, "queries"), _checked(candidates, "candidates")
        if self.queries.shape[1] != self.candidates.shape[1]:
            raise ValueError(
                "`queries` and `candidates` must have the same number of columns. "
                f"Received shapes: {self.queries.shape} and {self.candidates.shape}."
            )
        self._score = SCORINGS[scoring]
        if self._score is not None:
            pool = self.queries if pool is None else _checked(pool, "pool")
            self._of_query = neighbourhood(self.queries, self.candidates, num_neighbours)
            self._of_candidate = neighbourhood(self.candidates, pool, num_neighbours)

    def blocks(self) -> Iterator[Any]:
        """Yields the number of the first query and scores `(some queries, candidates)`."""
        for start, similarity in _similarities(self.queries, self.candidates):
            if self._score is not None:
                rows = slice(start, start + len(similarity))
                similarity = self._score(similarity, self._of_query[rows], self._of_candidate)
            yield start, similarity


def nearest(queries: Array, candidates: Array, *, count: int = 1, **options: Any) -> tuple[np.ndarray, np.ndarray]:
    """The best candidates of each query.

    Args:
        queries: float `(queries, dim)`.
        candidates: float `(candidates, dim)`.
        count: number of candidates wanted.
        options: of `Scorer`: scoring, num_neighbours, pool.

    Returns:
        int64 `(queries, count)`, places in `candidates`, best first; float32 scores of the same shape.

    Example:

    >>> import numpy as np
    >>> places, scores = nearest(np.eye(2), np.array([[0, 1], [1, 0.2]]), scoring="cosine")
    >>> places.ravel().tolist()
    [1, 0]
    """
    count = min(int(count), len(candidates))
    places, scores = [], []
    for _, block in Scorer(queries, candidates, **options).blocks():
        if count == 1:
            best = block.argmax(1)[:, None]
        else:
            best = np.argpartition(-block, count - 1, axis=1)[:, :count]
            best = np.take_along_axis(best, np.argsort(-np.take_along_axis(block, best, 1), axis=1, kind="stable"), 1)
        places.append(best)
        scores.append(np.take_along_axis(block, best, 1))
    return np.concatenate(places).astype(np.int64), np.concatenate(scores)


def neighbourhood(vectors: Array, others: Array, num_neighbours: int) -> np.ndarray:
    """Mean cosine of unit vectors `(rows, dim)` to their nearest of `others`: float32 `(rows,)`."""
    count = min(num_neighbours, len(others))
    means = [
        np.partition(similarity, len(others) - count, axis=1)[:, len(others) - count :].mean(1)
        for _, similarity in _similarities(vectors, others)
    ]
    return np.concatenate(means)


def unit(vectors: Array) -> np.ndarray:
    """The vectors `(rows, dim)` as float32 of length 1; zeros stay zeros."""
    vectors = np.asarray(vectors, np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def _checked(vectors, name):
    """`unit` of the vectors that a caller gave."""
    vectors = np.asarray(vectors, np.float32)
    if vectors.ndim != 2 or not len(vectors):
        raise ValueError(f"`{name}` must be vectors `(rows, dim)`, at least one. Received: shape {vectors.shape}.")
    if not np.isfinite(vectors).all():
        raise ValueError(f"`{name}` must be finite. Received: vectors with NaN or infinity.")
    return unit(vectors)


def _similarities(vectors, others):
    step = max(1, _BLOCK // len(others))
    for start in range(0, len(vectors), step):
        yield start, vectors[start : start + step] @ others.T
