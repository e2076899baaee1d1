"""Tells when a training ended where a model that always gives the most frequent label would stand."""

import collections
import warnings
from collections.abc import Sequence

from keras_i18n.shown import shown

_NEAR = 0.1  # of the way from the majority's share to 1


def majority(labels: Sequence[str]) -> tuple[str, float]:
    """The most frequent label, and its share.

    >>> majority(["a", "b", "a", "a"])
    ('a', 0.75)
    """
    label, count = collections.Counter(labels).most_common(1)[0]
    return label, count / len(labels)


def is_near(accuracy: float, share: float) -> bool:
    """Whether an accuracy is little better than the share of the most frequent label.

    >>> is_near(0.52, 0.5), is_near(0.7, 0.5)
    (True, False)
    """
    return accuracy < share + _NEAR * (1 - share)


def warn_if_near_majority(
    accuracy: float | None,
    labels: Sequence[str],
    *,
    epochs: int | None,
    learning_rate: float | None,
    left_out: bool = False,
    stacklevel: int = 4,
) -> None:
    """Warns where the accuracy on the training texts is little better than the share of the most frequent label.

    Args:
        accuracy: of the last epoch, from 0 to 1; None where it is not known.
        labels: of the training texts.
        epochs: that the training had.
        learning_rate: that it had.
        left_out: whether each text was answered by a model that was made without it: a longer training helps nothing then.
        stacklevel: of `warnings.warn`: whose line is named.
    """
    label, share = majority(labels)
    if accuracy is None or not is_near(accuracy, share):
        return
    if left_out:
        warnings.warn(
            f"Of {len(labels):,} training texts {accuracy:.0%} got their label from a model that was made without them, near "
            f"the {share:.0%} of always answering {shown(label)}: new texts are promised nothing. Look at the labels, or "
            "bring more texts of each.",
            stacklevel=stacklevel,
        )
        return
    warnings.warn(
        f"Training ended with {accuracy:.0%} of the training texts right, near the {share:.0%} of always answering "
        f"{shown(label)}. Train longer (`epochs` were {epochs}), change `learning_rate` (it was {learning_rate:g}), or look "
        "at the labels.",
        stacklevel=stacklevel,
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
