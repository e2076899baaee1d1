"""Solves the head of kind "kernel" exactly: kernel least squares on a subset of the texts as anchors.

Source: the subset of regressors (Poggio and Girosi 1990; Rasmussen and Williams 2006, section 8.3.1), and for the
left-out margins the leverages of linear smoothers (Hastie, Tibshirani and Friedman 2009, section 7.10).
"""

from typing import Any

import numpy as np

from keras_i18n.networks.weight_steps import on_steps

_ROWS = 8192  # texts compared with the anchors at once


def solve(
    head: Any,
    vectors: np.ndarray,
    targets: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    ridge: float = 0.1,
    seed: int = 0,
) -> np.ndarray:
    """Sets anchors and margins of a head so that the training texts get their labels.

    Args:
        head: built by `heads.build_head("kernel", ...)`; changed in place.
        vectors: float32 `(texts, dim)`.
        targets: float32 `(texts, labels)`, one 1 a row.
        weights: float32 `(texts,)`, or None.
        ridge: how smooth the answer is; more for noisy labels.
        seed: decides which texts become anchors where there are more texts than anchors.

    Returns:
        float32 `(texts, labels)`: the margin that each text gets from a head solved *without* that text. A head that
        knows a text by heart says little about how sure it should be of others; these margins do.
    """
    kernel, margins = head.get_layer("kernel"), head.get_layer("margins")
    weights = np.ones(len(vectors)) if weights is None else np.asarray(weights, np.float64)
    wanted = 2.0 * targets - 1.0  # -1 or 1
    anchors = vectors[_anchor_rows(len(vectors), kernel.num_anchors, seed)]
    empty = kernel.num_anchors - len(anchors)
    # as files in few bits hold them: what is solved for these loses nothing there
    stored = on_steps(np.pad(anchors, ((0, empty), (0, 0))), is_table=False)
    anchors = stored[: len(anchors)]

    compared = [
        _likeness(vectors[start : start + _ROWS], anchors, kernel.gamma) for start in range(0, len(vectors), _ROWS)
    ]
    among_anchors = _likeness(anchors, anchors, kernel.gamma)
    normal = ridge * among_anchors + 1e-9 * np.eye(len(anchors))
    right = np.zeros((len(anchors), targets.shape[1]))
    for part, start in zip(compared, range(0, len(vectors), _ROWS), strict=True):
        weighted = part * weights[start : start + _ROWS, None]
        normal += part.T @ weighted
        right += weighted.T @ wanted[start : start + _ROWS]
    inverse = np.linalg.pinv(normal, hermitian=True)
    coefficients = inverse @ right

    fitted = np.concatenate([part @ coefficients for part in compared])
    leverage = np.concatenate([np.einsum("ij,jk,ik->i", part, inverse, part, optimize=True) for part in compared])
    leverage = np.minimum(leverage * weights, 1 - 1e-6)[:, None]
    left_out = (fitted - leverage * wanted) / (1.0 - leverage)

    kernel.set_weights([stored])
    margins.set_weights([np.pad(coefficients, ((0, empty), (0, 0))).astype("float32")])
    return left_out.astype("float32")


def _anchor_rows(num_texts, num_anchors, seed):
    if num_texts <= num_anchors:
        return np.arange(num_texts)
    return np.sort(np.random.default_rng(seed).choice(num_texts, num_anchors, replace=False))


def _likeness(vectors, anchors, gamma):
    vectors, anchors = vectors.astype(np.float64), anchors.astype(np.float64)
    distance = (vectors**2).sum(1)[:, None] + (anchors**2).sum(1) - 2.0 * vectors @ anchors.T
    return np.exp(-gamma * np.maximum(distance, 0.0))
