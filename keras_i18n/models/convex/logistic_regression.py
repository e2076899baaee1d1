"""Logistic regression to its optimum, over sparse and dense features side by side."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.progress import Counter, ProgressOption

_FEW = 2600  # texts up to which the problem is solved over texts instead of features
_STEPS = 150


@dataclasses.dataclass(frozen=True)
class Coefficients:
    """What was found: a matrix `(features, labels)` for each block of features, and the bias of the labels."""

    blocks: tuple[np.ndarray, ...]
    bias: np.ndarray

    def logits(self, blocks: Sequence[Any]) -> np.ndarray:
        """Log odds, float64 `(texts, labels)`, of texts with the same blocks of features."""
        parts = [block @ matrix for block, matrix in zip(blocks, self.blocks, strict=True)]
        return np.sum([np.asarray(part) for part in parts], axis=0) + self.bias

    def times(self, factor: float) -> "Coefficients":
        """The coefficients of log odds that are so many times as large."""
        return Coefficients(tuple(block * factor for block in self.blocks), self.bias * factor)


def logistic_regression(
    blocks: Sequence[Any],
    targets: np.ndarray,
    *,
    strength: float,
    multi_label: bool = False,
    weights: np.ndarray | None = None,
    kernel: np.ndarray | None = None,
    progress: ProgressOption = None,
) -> Coefficients:
    """Minimises the cross-entropy summed over texts, plus half the squared coefficients over `strength`.

    With few texts the features are replaced by the square root of the texts' inner products, which leaves the optimum
    where it is and makes a step as cheap as a product of two small matrices (the representer theorem; Schölkopf, Herbrich
    and Smola 2001).

    Args:
        blocks: matrices `(texts, features)`, NumPy or SciPy's CSR.
        targets: float `(texts, labels)`.
        strength: how far the texts are believed; scikit-learn's `C`.
        multi_label: whether each label is a question of its own (sigmoid); else they exclude each other (softmax).
        weights: of the texts, float `(texts,)`; 1 unless given.
        kernel: the inner products of the texts over all blocks, where they are known.
        progress: called with a `Progress` after each step; of few texts and labels a step takes milliseconds.

    Returns:
        `Coefficients`.

    >>> features = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> found = logistic_regression([features], np.eye(2), strength=10.0)
    >>> bool((found.logits([features]).argmax(axis=1) == [0, 1]).all())
    True
    """
    if len(targets) <= _FEW:
        return _over_texts(blocks, targets, strength, multi_label, weights, kernel, progress)
    matrices, bias = _minimised(blocks, targets, strength, multi_label, weights, progress)
    return Coefficients(tuple(matrices), bias)


def inner_products(blocks: Sequence[Any], others: Sequence[Any] | None = None) -> np.ndarray:
    """float64 `(texts, texts)`: how alike texts are, over all blocks; of `others` with these where given."""
    total = 0.0
    for place, block in enumerate(blocks):
        product = (block if others is None else others[place]) @ block.T
        total = total + (product.toarray() if hasattr(product, "toarray") else np.asarray(product, np.float64))
    return np.asarray(total)


def square_root(kernel: np.ndarray) -> np.ndarray:
    """A lower triangular matrix whose rows have these inner products."""
    jitter = 1e-6 * max(float(np.diag(kernel).mean()), 1e-6)
    return np.linalg.cholesky(kernel + jitter * np.eye(len(kernel)))


def _over_texts(blocks, targets, strength, multi_label, weights, kernel, progress):
    from scipy.linalg import solve_triangular

    root = square_root(inner_products(blocks) if kernel is None else kernel)
    (matrix,), bias = _minimised([root], targets, strength, multi_label, weights, progress)
    of_texts = solve_triangular(root, matrix, lower=True, trans="T")
    return Coefficients(tuple(np.asarray(block.T @ of_texts) for block in blocks), bias)


def _minimised(blocks, targets, strength, multi_label, weights, progress):
    from scipy.optimize import minimize

    num_labels = targets.shape[1]
    sizes = [block.shape[1] * num_labels for block in blocks]
    ends = np.cumsum(sizes)
    weights = np.ones(len(targets)) if weights is None else np.asarray(weights, np.float64)
    loss_of = _sigmoid_loss if multi_label else _softmax_loss
    turned = [block.T.tocsr() if hasattr(block, "tocsr") else block.T for block in blocks]

    def parted(numbers):
        parts = np.split(numbers, ends)
        return [part.reshape(-1, num_labels) for part in parts[:-1]], parts[-1]

    def objective(numbers):
        matrices, bias = parted(numbers)
        logits = np.sum([block @ matrix for block, matrix in zip(blocks, matrices, strict=True)], axis=0) + bias
        loss, slope = loss_of(logits, targets)
        slope *= weights[:, None]
        gradients = [block @ slope + matrix / strength for block, matrix in zip(turned, matrices, strict=True)]
        penalty = sum(float((matrix**2).sum()) for matrix in matrices) / (2 * strength)
        gradient = np.concatenate([*(gradient.ravel() for gradient in gradients), slope.sum(axis=0)])
        return float(loss @ weights) + penalty, gradient

    start = np.zeros(int(ends[-1]) + num_labels)
    options = {"maxiter": _STEPS, "maxcor": 6, "ftol": 1e-7}
    counter = Counter(progress, "steps", total=_STEPS)
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options, callback=lambda _: counter.add(1))
    if counter.done < _STEPS:  # it needed fewer
        counter.add(_STEPS - counter.done)
    return parted(found.x)


def _softmax_loss(logits, targets):
    """Cross-entropy of each text, and its slope in the logits."""
    logits = logits - logits.max(axis=1, keepdims=True)
    raised = np.exp(logits)
    total = raised.sum(axis=1, keepdims=True)
    size = targets.sum(axis=1, keepdims=True)
    loss = size[:, 0] * np.log(total[:, 0]) - (targets * logits).sum(axis=1)
    return loss, raised / total * size - targets


def _sigmoid_loss(logits, targets):
    loss = (np.logaddexp(0.0, logits) - targets * logits).sum(axis=1)
    return loss, 1.0 / (1.0 + np.exp(-np.clip(logits, -50, 50))) - targets


def probabilities(logits: np.ndarray, *, multi_label: bool = False) -> np.ndarray:
    """Softmax of the labels, with `multi_label` the sigmoid of each.

    >>> probabilities(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    if multi_label:
        return 1.0 / (1.0 + np.exp(-np.clip(logits, -50, 50)))
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)
