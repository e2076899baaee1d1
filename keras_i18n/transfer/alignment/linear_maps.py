"""Linear maps from one space into another, as plain NumPy."""

from typing import Any

import numpy as np

from keras_i18n.evaluation import nearest
from keras_i18n.protocols import Tensor


def procrustes(source: Any, target: Any, **_: Any) -> Any:
    """The rotation that brings paired vectors closest together.

    Args:
        source, target: float `(pairs, dim)`; row i of both belongs together.

    Returns:
        float32 `(dim, dim)`, orthogonal: `source @ map` lies close to `target`.

    Source: Schönemann 1966; Xing et al. 2015.

    Example:

    >>> turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    >>> np.allclose(procrustes(np.eye(2), turn), turn)
    True
    """
    left, _, right = np.linalg.svd(source.T.astype(np.float64) @ target)
    return (left @ right).astype(np.float32)


def ridge(source: Any, target: Any, *, strength: float = 3.0, **_: Any) -> Any:
    """The linear map with the least squared error that stays near to leaving vectors as they are.

    For two spaces that are one by and large, such as two languages of one encoder.

    Args:
        source, target: float `(pairs, dim)`.
        strength: how much leaving vectors alone weighs, in mean squared lengths of a column.

    Returns:
        float32 `(dim, dim)`.

    Example:

    >>> ridge(np.eye(2), np.eye(2)).round(3).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    source, target = source.astype(np.float64), target.astype(np.float64)
    dim = source.shape[1]
    prior = strength * np.square(source).sum() / dim * np.eye(dim)
    return np.linalg.solve(source.T @ source + prior, source.T @ target + prior).astype(np.float32)


def rcsls(
    source: Any,
    target: Any,
    *,
    all_source: np.ndarray,
    all_target: np.ndarray,
    num_neighbours: int = 10,
    num_steps: int = 10,
    learning_rate: Tensor = 1.0,
    **_: Any,
) -> Any:
    """Lowers the loss that CSLS retrieval sees, from the rotation on, by gradient steps; the map may leave it.

    Args:
        source, target: unit vectors `(pairs, dim)`.
        all_source, all_target: unit vectors whose nearest ones are pushed away.
        num_neighbours: how many of them.
        num_steps, learning_rate: of the descent; the rate halves where the loss rises.

    Returns:
        float32 `(dim, dim)`.

    Source: Joulin et al. 2018, "Loss in Translation" (arXiv 1804.07745).

    Example:

    >>> turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    >>> found = rcsls(np.eye(2), turn, all_source=np.eye(2), all_target=turn, num_neighbours=1)
    >>> bool((np.sign(found.round(1)) == turn).all())
    True
    """
    matrix, best, loss = procrustes(source, target), None, np.inf
    num = len(source)
    while num_steps > 0 and learning_rate > 0.01:
        num_steps -= 1
        mapped = source @ matrix
        towards, hubs = nearest(mapped, all_target, count=num_neighbours, scoring="cosine")
        back, hubs_back = nearest(target, all_source @ matrix, count=num_neighbours, scoring="cosine")
        now = -2 * (mapped * target).sum() / num + hubs.mean() + hubs_back.mean()
        if now < loss:
            loss, best = now, matrix
            gradient = -2 * source.T @ target + source.T @ all_target[towards].mean(1)
            gradient += sum(all_source[column].T @ target for column in back.T) / back.shape[1]
        else:
            learning_rate /= 2
        matrix = (best - learning_rate / num * gradient).astype(np.float32)
    return best


def correlated(source: Any, target: Any, *, strength: float = 1.0, **_: Any) -> Any:
    """Maps of both sides into the directions in which pairs vary together, each weighted by how much they do.

    For vectors of which only a part is shared, such as static vectors of pieces.

    Args:
        source, target: float `(pairs, dim)`, centred.
        strength: variance added to each direction before it is evened out, in mean variances.

    Returns:
        Two float32 `(dim, dim)`: the source's matrix, and the target's, whose space is turned but little.

    Source: Hotelling 1936; with weights and regularised: Artetxe, Labaka, Agirre 2018.

    Example:

    >>> x = np.array([[1.0, 0.3], [-1.0, -0.3], [0.9, -0.3], [-0.9, 0.3]])
    >>> matrix, target_matrix = correlated(x, x)
    >>> bool(np.allclose(matrix, target_matrix, atol=1e-5))
    True
    """
    source, target = source.astype(np.float64), target.astype(np.float64)
    even_source, even_target = _evened(source, strength), _evened(target, strength)
    left, weights, right = np.linalg.svd(even_source @ (source.T @ target / len(source)) @ even_target)
    matrix = even_source @ (left * weights) @ right
    return matrix.astype(np.float32), (even_target @ (right.T * weights) @ right).astype(np.float32)


def _evened(vectors, strength):
    """The inverse root of the covariance, symmetric."""
    values, axes = np.linalg.eigh(vectors.T @ vectors / len(vectors))
    values = np.maximum(values, 0)
    return (axes / np.sqrt(values + strength * values.mean() + 1e-12)) @ axes.T


# name -> paired vectors of both sides, and all of them -> the source's matrix (dim, dim), or both sides'
MAPS = {"procrustes": procrustes, "ridge": ridge, "rcsls": rcsls, "correlated": correlated}


def mutual_pairs(source: Any, target: Any, *, num_neighbours: int = 10, limit: int | None = None) -> np.ndarray:
    """Rows that are each other's nearest by CSLS.

    Args:
        source: float `(rows, dim)`; target: float `(other rows, dim)`, in one space.
        num_neighbours: of CSLS.
        limit: only the first so many rows of both sides, such as the most frequent words.

    Returns:
        int64 `(pairs, 2)`: rows of source and target.

    Example:

    >>> mutual_pairs(np.eye(2), np.eye(2)[::-1]).tolist()
    [[0, 1], [1, 0]]
    """
    source, target = source[:limit], target[:limit]
    forth = nearest(source, target, num_neighbours=num_neighbours)[0][:, 0]
    back = nearest(target, source, num_neighbours=num_neighbours)[0][:, 0]
    rows = np.flatnonzero(back[forth] == np.arange(len(source)))
    return np.stack([rows, forth[rows]], axis=1)
