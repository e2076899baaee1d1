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


def warn_if_no_label(micro_f1: Sequence[float] | None, *, epochs: int | None, learning_rate: float | None) -> None:
    """Warns where, with several labels a text, hardly any text got a label that it has.

    Args:
        micro_f1: of the training texts after each epoch, from 0 to 1; None where it is not known.
        epochs: that the training had.
        learning_rate: that it had.
    """
    if not micro_f1 or micro_f1[-1] >= _NEAR:
        return
    warnings.warn(
        f"Training ended with a micro F1 of {micro_f1[-1]:.0%} on the training texts: hardly any label reaches a score "
        f"of 0.5. Train longer (`epochs` were {epochs}), change `learning_rate` (it was {learning_rate:g}), or call "
        "`choose_thresholds`.",
        stacklevel=4,
    )
