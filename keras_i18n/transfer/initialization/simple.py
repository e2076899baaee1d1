"""Rows that need nothing but the source table, and the mean over a piece's parts."""

import numpy as np

from keras_i18n.transfer.initialization.context import InitializationContext, text_of


def random(context: InitializationContext) -> tuple[np.ndarray, np.ndarray]:
    """Normal random rows with the mean and the deviation that each column of the source table has."""
    draw = np.random.default_rng(context.seed).standard_normal((len(context.pieces), context.dim))
    rows = draw * context.source_rows.std(0) + context.source_rows.mean(0)
    return rows, np.zeros(len(rows), bool)


def mean(context: InitializationContext) -> tuple[np.ndarray, np.ndarray]:
    """The mean of the source table, for every piece."""
    rows = np.repeat(context.source_rows.mean(0, dtype=np.float64)[None], len(context.pieces), axis=0)
    return rows, np.ones(len(rows), bool)


def parts(context: InitializationContext) -> tuple[np.ndarray, np.ndarray]:
    """The mean of the rows of the pieces into which the source vocabulary splits a new piece; unknown ones left out.

    Source: Sachidananda, Kessler, Lai 2021, "Efficient Domain Adaptation of Language Models via Adaptive Tokenization".
    """
    context.needs("parts", "tokenize")
    rows = np.zeros((len(context.pieces), context.dim))
    known = np.zeros(len(rows), bool)
    for place, ids in enumerate(context.tokenize([text_of(piece) for piece in context.pieces])):
        ids = np.asarray(ids, np.int64)
        ids = ids[ids >= 0] if context.unknown_id is None else ids[(ids >= 0) & (ids != context.unknown_id)]
        if len(ids):
            rows[place], known[place] = context.source_rows[ids].mean(0, dtype=np.float64), True
    return rows, known
