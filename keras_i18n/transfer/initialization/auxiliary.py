"""A space in which pieces of like use lie close, from what the context has."""

from typing import Any

import numpy as np

from keras_i18n.transfer.initialization.context import InitializationContext

_DIM, _WINDOW = 128, 3


def auxiliary_space(context: InitializationContext, method: str) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of source pieces and of new pieces in one space; zeros for a piece that is not in it.

    The context's own vectors if it has them. Otherwise co-occurrence vectors of the new language's texts, in which
    only shared pieces are candidates: they have a row and are used in the new language.

    Raises:
        ValueError: the context has neither vectors nor texts, or no piece is shared.
    """
    if context.vectors is not None:
        context.needs(method, "source_vectors")
        return np.asarray(context.source_vectors, np.float32), np.asarray(context.vectors, np.float32)
    if not len(context.target_texts):
        raise ValueError(
            f"The method {method!r} needs an auxiliary space: `vectors` and `source_vectors`, or `target_texts`. "
            "Received: none."
        )
    sequences = [places[places >= 0] for places in map(context.places, context.target_texts)]
    vectors = cooccurrence_vectors(sequences, len(context.pieces), seed=context.seed)
    shared = np.flatnonzero(context.shared >= 0)
    if not len(shared):
        raise ValueError(
            f"The method {method!r} needs pieces that both vocabularies have, or `vectors`. Received: none shared. "
            "Use 'parallel', 'lexicon' or 'best'."
        )
    source_vectors = np.zeros((len(context.source_pieces), vectors.shape[1]), np.float32)
    source_vectors[context.shared[shared]] = vectors[shared]
    return source_vectors, vectors


def cooccurrence_vectors(
    sequences: Any, vocabulary_size: int, *, dim: int = _DIM, window: int = _WINDOW, seed: int = 0
) -> np.ndarray:
    """Vectors of tokens that stand near the same tokens: positive pointwise mutual information, its largest parts.

    Args:
        sequences: token ids of texts.
        vocabulary_size: number of tokens.
        dim: size of a vector.
        window: tokens on either side that count.
        seed: of the randomised decomposition.

    Returns:
        float32 `(vocabulary_size, dim)`; zeros for tokens that no text has.

    Source: Levy, Goldberg 2014; Halko, Martinsson, Tropp 2011.
    """
    keys = []
    for ids in sequences:
        ids = np.asarray(ids, np.int64)
        for apart in range(1, window + 1):
            keys += [ids[:-apart] * vocabulary_size + ids[apart:], ids[apart:] * vocabulary_size + ids[:-apart]]
    cells, counts = np.unique(np.concatenate(keys) if keys else np.zeros(0, np.int64), return_counts=True)
    row, column = np.divmod(cells, vocabulary_size)
    total = np.bincount(row, counts, vocabulary_size)
    smoothed = total**0.75
    information = np.log(counts * smoothed.sum() / (total[row] * smoothed[column])) if len(cells) else np.zeros(0)
    keep = information > 0
    row, column, information = row[keep], column[keep], information[keep].astype(np.float32)
    by_column = np.argsort(column, kind="stable")

    def times(x):
        return _product(row, column, information, x)

    def times_transposed(x):
        return _product(column[by_column], row[by_column], information[by_column], x)

    dim = min(dim, vocabulary_size)
    sketch = np.random.default_rng(seed).standard_normal((vocabulary_size, dim + 16)).astype(np.float32)
    basis = np.linalg.qr(times(sketch))[0]
    for _ in range(2):
        basis = np.linalg.qr(times(np.linalg.qr(times_transposed(basis))[0]))[0]
    left, values, _ = np.linalg.svd(times_transposed(basis).T, full_matrices=False)
    vectors = (basis @ left)[:, :dim] * np.sqrt(values[:dim])
    vectors[np.bincount(row, minlength=vocabulary_size) == 0] = 0
    return vectors.astype(np.float32)


def _product(row, column, value, x):
    """A sparse matrix, its rows sorted, times a dense one."""
    out = np.zeros_like(x)
    if len(row):
        first = np.flatnonzero(np.r_[True, np.diff(row) != 0])
        for start in range(0, x.shape[1], 16):
            part = np.ascontiguousarray(x[:, start : start + 16])
            out[row[first], start : start + 16] = np.add.reduceat(part[column] * value[:, None], first, axis=0)
    return out
