"""Sampling by temperature: how often each language is drawn when languages differ in size."""

from collections.abc import Sequence

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import shown


def language_shares(counts: Array, *, alpha: float = 1.0) -> np.ndarray:
    """The share of draws that each language gets: p ~ count ** alpha.

    Args:
        counts: rows a language, a sequence of numbers `[languages]`; a language without rows gets nothing.
        alpha: float, 1 keeps the balance of the data, 0 makes languages equal.

    Returns: float64 array `[languages]` that sums to 1.

    Raises:
        ValueError: nothing to draw from, or a negative number.

    Source: Arivazhagan et al. 2019, "Massively Multilingual Neural Machine Translation in the Wild".

    Example:

    >>> language_shares([750, 250]).tolist(), language_shares([900, 100], alpha=0.5).tolist()
    ([0.75, 0.25], [0.75, 0.25])
    """
    counts = np.asarray(counts, np.float64)
    if not np.isfinite(alpha) or alpha < 0:
        raise ValueError(f"`alpha` must be 0 or larger, such as 0.5. Received: {shown(alpha)}.")
    if counts.size == 0 or counts.min() < 0 or counts.max() == 0:
        raise ValueError(f"`counts` must hold at least one language with rows. Received: {shown(counts.tolist())}.")
    weights = np.where(counts > 0, (counts / counts.max()) ** alpha, 0.0)
    return weights / weights.sum()


def draw_rows(language: Sequence[str], n: int, *, alpha: float = 1.0, seed: int = 0) -> np.ndarray:
    """Row numbers of `n` draws by `language_shares`, shuffled.

    Args:
        language: the language of each row, a sequence `[rows]`.
        n: int, the number of draws.
        alpha: float, see `language_shares`.
        seed: int.

    Returns: int64 array `[n]`. Within a language no row comes twice before every row came once.
    """
    if n < 0:
        raise ValueError(f"`n` must be a number of rows. Received: {shown(n)}.")
    names, numbers = np.unique(np.asarray(language, dtype=object if not len(language) else None), return_inverse=True)
    sizes = np.bincount(numbers, minlength=len(names))
    expected = language_shares(sizes, alpha=alpha) * n
    rng = np.random.default_rng(seed)
    quota = np.floor(expected).astype(np.int64)
    order = np.lexsort((rng.random(len(quota)), quota - expected))  # largest remainder first
    quota[order[: n - quota.sum()]] += 1
    rows = []
    for number, count in enumerate(quota):
        own = np.flatnonzero(numbers == number)
        whole, rest = divmod(int(count), len(own))
        rows += [np.tile(own, whole), rng.permutation(own)[:rest]]
    return rng.permutation(np.concatenate(rows))
