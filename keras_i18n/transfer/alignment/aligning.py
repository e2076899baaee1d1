"""From pairs to a common space."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import shown
from keras_i18n.transfer.alignment.linear_maps import MAPS, mutual_pairs
from keras_i18n.transfer.alignment.preprocessing import fit_steps


@dataclasses.dataclass(frozen=True, eq=False)
class Alignment:
    """How vectors of two spaces get into one; `align` makes it.

    Attributes:
        matrix: float32 `(dim, dim)`, from the source's space to the common one.
        target_matrix: the same for the target; None where the target's space is the common one.
        num_pairs: pairs that it was fitted to.
        refinements: number of pairs found in each round of refinement.
    """

    matrix: np.ndarray
    target_matrix: np.ndarray | None
    num_pairs: int
    refinements: tuple
    _source_steps: tuple
    _target_steps: tuple

    def source(self, vectors: np.ndarray) -> np.ndarray:
        """Source vectors `(rows, dim)` in the common space, float32."""
        return _apply(self._source_steps, vectors) @ self.matrix

    def target(self, vectors: np.ndarray) -> np.ndarray:
        """Target vectors `(rows, dim)` in the common space, float32."""
        vectors = _apply(self._target_steps, vectors)
        return vectors if self.target_matrix is None else vectors @ self.target_matrix


def align(
    source: Any,
    target: Any,
    pairs: Array,
    *,
    method: str = "procrustes",
    steps: Sequence[str] = ("unit", "centre", "unit"),
    num_refinements: int = 0,
    refine_among: int = 20_000,
    **options: Any,
) -> Alignment:
    """A linear map between two spaces of vectors.

    Args:
        source: float `(rows, dim)`; target: float `(other rows, dim)`.
        pairs: int `(pairs, 2)`, rows of source and target that mean the same: from a lexicon, from shared tokens
            (`shared_pairs`), or row beside row for sentences of parallel texts.
        method: "procrustes" (a rotation), "ridge" (near to leaving vectors alone), "rcsls" (for CSLS retrieval),
            "correlated" (what pairs have in common; maps both sides).
        steps: what is done to both sides before: "unit", "centre", "whiten".
        num_refinements: rounds in which rows that are each other's nearest join the pairs.
        refine_among: the first so many rows of both sides take part in that.
        options: of the method.

    Returns:
        `Alignment`.

    Raises:
        ValueError: no pairs, rows that are not there, unlike sizes, no such method or step.

    Example:

    >>> random = np.random.default_rng(0)
    >>> target = random.standard_normal((50, 4))
    >>> source = target[:, ::-1]
    >>> found = align(source, target, [(row, row) for row in range(20)])
    >>> bool(np.allclose(found.source(source), found.target(target), atol=1e-5))
    True
    """
    source, target = np.asarray(source, np.float32), np.asarray(target, np.float32)
    pairs = _checked_pairs(pairs, source, target)
    if method not in MAPS:
        raise ValueError(f"`method` must be one of {', '.join(map(repr, MAPS))}. Received: {shown(method)}.")
    source_steps = fit_steps(steps, source, pairs[:, 0])
    target_steps = fit_steps(steps, target, pairs[:, 1])
    source, target = _apply(source_steps, source), _apply(target_steps, target)

    def fit(rows):
        paired = source[rows[:, 0]], target[rows[:, 1]]
        found = MAPS[method](*paired, all_source=source, all_target=target, **options)
        return found if isinstance(found, tuple) else (found, None)

    (matrix, target_matrix), found = fit(pairs), []
    for _ in range(num_refinements):
        mapped = target[:refine_among] if target_matrix is None else target[:refine_among] @ target_matrix
        more = mutual_pairs(source[:refine_among] @ matrix, mapped)
        found.append(len(more))
        matrix, target_matrix = fit(np.unique(np.concatenate([pairs, more]), axis=0))
    return Alignment(matrix, target_matrix, len(pairs), tuple(found), tuple(source_steps), tuple(target_steps))


def shared_pairs(source_words: Sequence[str], target_words: Sequence[str]) -> Any:
    """Pairs of rows from words (or pieces) that both sides have.

    Args:
        source_words, target_words: str, one a row.

    Returns:
        int64 `(pairs, 2)`.

    Raises:
        ValueError: nothing is shared.

    Example:

    >>> shared_pairs(["sun", "2026", "Berlin"], ["Berlin", "jua", "2026"]).tolist()
    [[1, 2], [2, 0]]
    """
    place_of = {word: place for place, word in enumerate(target_words)}
    pairs = [(row, place_of[word]) for row, word in enumerate(source_words) if word in place_of]
    if not pairs:
        raise ValueError("The two sides must share words. Received: none shared. Give pairs from a lexicon instead.")
    return np.array(pairs, np.int64)


def _apply(steps, vectors):
    vectors = np.asarray(vectors, np.float32)
    for step in steps:
        vectors = step(vectors)
    return vectors.astype(np.float32)


def _checked_pairs(pairs, source, target):
    pairs = np.asarray(pairs, np.int64)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not len(pairs):
        raise ValueError(f"`pairs` must be rows of source and target, at least one pair. Received: {pairs.shape}.")
    if source.ndim != 2 or target.ndim != 2 or source.shape[1] != target.shape[1]:
        raise ValueError(
            "`source` and `target` must be vectors with the same number of columns. "
            f"Received shapes: {source.shape} and {target.shape}."
        )
    if pairs.min() < 0 or (pairs.max(0) >= (len(source), len(target))).any():
        raise ValueError(f"`pairs` must name rows that are there. Received: rows up to {shown(pairs.max(0).tolist())}.")
    return pairs
