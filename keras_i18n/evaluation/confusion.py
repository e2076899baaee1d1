"""Which label was taken for which."""

import dataclasses

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import cut
from keras_i18n.text_table import preformatted, text_table


def confusion_counts(predicted: Array, true: Array, num_labels: int) -> np.ndarray:
    """Counts of texts by their true and their predicted label.

    Args:
        predicted: label numbers, int `[texts]`.
        true: label numbers, int `[texts]`.
        num_labels: int.

    Returns: int64 `[num_labels, num_labels]`; rows are true labels, columns are predicted ones.

    Raises:
        ValueError: unequal lengths, or a number that is no label.

    Example:

    >>> confusion_counts([0, 1, 1], [0, 1, 0], 2).tolist()
    [[1, 1], [0, 1]]
    """
    predicted, true = np.asarray(predicted, np.int64), np.asarray(true, np.int64)
    if predicted.shape != true.shape or predicted.ndim != 1:
        raise ValueError(f"One entry a text is needed in both. Received shapes: {predicted.shape} and {true.shape}.")
    both = np.concatenate([predicted, true])
    if both.size and not 0 <= both.min() <= both.max() < num_labels:
        raise ValueError(
            f"Label numbers must lie in 0..{num_labels - 1}. Received: {cut(both.min())}..{cut(both.max())}."
        )
    return np.bincount(true * num_labels + predicted, minlength=num_labels**2).reshape(num_labels, num_labels)


@dataclasses.dataclass(frozen=True, eq=False)
class Confusion:
    """Counts by true and predicted label; `str(confusion)` is a table.

    Attributes:
        labels: the labels, in the order of rows and columns.
        counts: int64 `[labels, labels]`; rows are true labels, columns are predicted ones.

    Example:

    >>> print(Confusion(("alarm", "music"), confusion_counts([0, 1, 1], [0, 1, 0], 2)))
    true / predicted  alarm  music  recall
    alarm                 1      1    50.0
    music                 0      1   100.0
    """

    labels: tuple
    counts: np.ndarray

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def __str__(self) -> str:
        rows = []
        for label, counts in zip(self.labels, self.counts, strict=True):
            recall = f"{100 * counts[self.labels.index(label)] / counts.sum():.1f}" if counts.sum() else "-"
            rows.append([label, *counts.tolist(), recall])
        return text_table(["true / predicted", *self.labels, "recall"], rows)
