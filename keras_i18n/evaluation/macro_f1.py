"""F1 of each label, averaged over labels."""

import numpy as np

from keras_i18n.protocols import Array


def macro_f1(confusion: Array) -> float:
    """The mean over labels of F1 = 2 TP / (2 TP + FP + FN).

    Labels that neither occur nor are predicted are left out; a label that is only predicted counts as 0.

    Args:
        confusion: counts `[labels, labels]`, rows true, columns predicted (`confusion_counts`).

    Returns: float from 0 to 1.

    Raises:
        ValueError: the counts are no square or all zero.

    Example:

    >>> macro_f1([[1, 1, 0], [0, 2, 0], [0, 0, 0]])  # (2/3 + 4/5) / 2
    0.7333...
    """
    confusion = np.asarray(confusion)
    if confusion.ndim != 2 or confusion.shape[0] != confusion.shape[1] or not confusion.any():
        raise ValueError(f"`confusion` must be a square of counts, not all 0. Received shape: {confusion.shape}.")
    hits = np.diag(confusion)
    seen = confusion.sum(0) + confusion.sum(1)  # 2 TP + FP + FN
    return float(np.mean(2 * hits[seen > 0] / seen[seen > 0]))
