"""Rows from the nearest pieces in an auxiliary space."""

import numpy as np

from keras_i18n.evaluation.nearest_neighbours import unit
from keras_i18n.transfer.initialization.auxiliary import auxiliary_space
from keras_i18n.transfer.initialization.context import InitializationContext
from keras_i18n.transfer.initialization.weighted_rows import weighted_rows

_BLOCK = 1 << 24  # similarities at once


def neighbours(context: InitializationContext) -> tuple[np.ndarray, np.ndarray]:
    """The softmax-weighted mean of the source rows of the `num_neighbours` nearest pieces.

    Source: Minixhofer, Paischer, Rekabsaz 2022, "WECHSEL".
    """

    def weigh(similarity):
        count = min(context.num_neighbours, similarity.shape[1])
        nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        weight = np.take_along_axis(similarity, nearest, 1) / context.temperature
        weight = np.exp(weight - weight.max(1, keepdims=True))
        return nearest, weight / weight.sum(1, keepdims=True)

    return _combine(context, *auxiliary_space(context, "neighbours"), weigh)


def sparsemax(context: InitializationContext) -> tuple[np.ndarray, np.ndarray]:
    """The mean of source rows with sparsemax of the similarities as weights: few rows, and as many as are near.

    Source: Dobler, de Melo 2023, "FOCUS"; sparsemax: Martins, Astudillo 2016.
    """

    def weigh(similarity):
        # all weights beyond the nearest 256 would need similarities within 1/256 of the best: cut there
        count = min(256, similarity.shape[1])
        nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        return nearest, sparsemax_weights(np.take_along_axis(similarity, nearest, 1) / context.temperature)

    return _combine(context, *auxiliary_space(context, "sparsemax"), weigh)


def sparsemax_weights(scores: np.ndarray) -> np.ndarray:
    """Euclidean projection of rows onto the simplex: float `(rows, n)`, each row sums to 1, many entries are 0.

    >>> sparsemax_weights(np.array([[1.0, 0.8, -1.0]])).round(2).tolist()
    [[0.6, 0.4, 0.0]]
    """
    ordered = -np.sort(-scores, axis=1)
    beyond = np.cumsum(ordered, axis=1) - 1
    rank = np.arange(1, scores.shape[1] + 1)
    support = (ordered - beyond / rank > 0).sum(1)
    threshold = beyond[np.arange(len(scores)), support - 1] / support
    return np.maximum(scores - threshold[:, None], 0)


def _combine(context, source_vectors, vectors, weigh):
    candidates = np.flatnonzero(np.abs(source_vectors).sum(1) > 0)
    wanted = np.flatnonzero((np.abs(vectors).sum(1) > 0) & (context.shared < 0))
    if not len(candidates) or not len(wanted):
        return np.zeros((len(context.pieces), context.dim)), np.zeros(len(context.pieces), bool)
    table = unit(source_vectors[candidates])
    places, sources, weights = [], [], []
    step = max(1, _BLOCK // len(candidates))
    for start in range(0, len(wanted), step):
        rows = wanted[start : start + step]
        nearest, weight = weigh(unit(vectors[rows]) @ table.T)
        places.append(np.repeat(rows, nearest.shape[1]))
        sources.append(candidates[nearest].ravel())
        weights.append(weight.ravel().astype(np.float64))
    columns = (np.concatenate(column) for column in (places, sources, weights))
    return weighted_rows(context.source_rows, *columns, len(context.pieces))
