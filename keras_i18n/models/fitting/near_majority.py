"""Tells when a training ended where a model that always gives the most frequent label would stand."""

import collections
import warnings
from collections.abc import Sequence

_NEAR = 0.1  # of the way from the majority's share to 1


def warn_if_near_majority(
    accuracy: float | None, labels: Sequence[str], *, epochs: int | None, learning_rate: float | None
) -> None:
    """Warns where the accuracy on the training texts is little better than the share of the most frequent label.

    Args:
        accuracy: of the last epoch, from 0 to 1; None where it is not known.
        labels: of the training texts.
        epochs: that the training had.
        learning_rate: that it had.
    """
    label, count = collections.Counter(labels).most_common(1)[0]
    share = count / len(labels)
    if accuracy is None or accuracy >= share + _NEAR * (1 - share):
        return
    warnings.warn(
        f"Training ended with {accuracy:.0%} of the training texts right, near the {share:.0%} of always answering "
        f"{label!r}. Train longer (`epochs` were {epochs}), change `learning_rate` (it was {learning_rate:g}), or look "
        "at the labels.",
        stacklevel=4,
    )
