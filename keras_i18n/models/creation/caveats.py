"""What a reason of `TextClassifier.create` adds where its judgement says little."""

from collections.abc import Sequence

import numpy as np

from keras_i18n.models.fitting.near_majority import is_near, majority
from keras_i18n.shown import shown


def told_of_chance(accuracy: float, labels: Sequence[str]) -> str:
    """What is said where answers are little better than always giving the most frequent label; else nothing.

    Args:
        accuracy: of the texts that judge, from 0 to 1.
        labels: of these texts.

    >>> told_of_chance(0.5, ["a", "b"])
    ". 50% of the texts that judge is little better than the 50% of always answering 'a': look at the labels, or bring more texts"
    >>> told_of_chance(0.9, ["a", "b"])
    ''
    """
    label, share = majority(labels)
    if not is_near(accuracy, share):
        return ""
    return (
        f". {accuracy:.0%} of the texts that judge is little better than the {share:.0%} of always answering "
        f"{shown(label)}: look at the labels, or bring more texts"
    )


def told_of_few(labels: Sequence[str], targets: np.ndarray, *, num_judged: int) -> str:
    """What is said where labels have one text only, or not all were judged; else nothing.

    Args:
        labels: of the classifier.
        targets: float `(texts, labels)`, above 0.5 for the labels that a text has.
        num_judged: how many of the labels were judged.

    >>> told_of_few(["a", "b"], np.eye(2)[[0, 0, 1, 1]], num_judged=2)
    ''
    """
    single = [label for label, count in zip(labels, (targets > 0.5).sum(axis=0), strict=True) if count < 2]
    told = ""
    if single:
        told = (
            f". {len(single):,} of {len(labels):,} labels have one text only (such as {shown(single[0])}): held out, it "
            "leaves none to learn from, so that they say nothing of how often answers will be right"
        )
    if num_judged < len(labels):
        told += f". Judged on {num_judged:,} of {len(labels):,} labels: among all of them answers are right less often"
    return told
