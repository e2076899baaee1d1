"""How well candidates do on the same texts, by language, and whether one is surely better than another."""

from typing import Any

import numpy as np


def rightness(scores: np.ndarray, targets: np.ndarray, *, multi_label: bool) -> np.ndarray:
    """How right the answer to each text is, float `(texts,)`: 1 or 0; with several labels a text its F1 at 0.5.

    Args:
        scores: float `(texts, labels)`.
        targets: float `(texts, labels)`, above 0.5 for the labels that a text has.
        multi_label: whether a text may have several labels.

    >>> rightness(np.array([[0.9, 0.1], [0.8, 0.2]]), np.eye(2), multi_label=False).tolist()
    [1.0, 0.0]
    """
    if not multi_label:
        return (scores.argmax(axis=1) == targets.argmax(axis=1)).astype(float)
    given, wanted = scores >= 0.5, targets > 0.5
    total = given.sum(axis=1) + wanted.sum(axis=1)
    return np.where(total > 0, 2 * (given & wanted).sum(axis=1) / np.maximum(total, 1), 1.0)


def scores_by_language(scores: np.ndarray, targets: np.ndarray, language: Any, *, multi_label: bool) -> dict:
    """Accuracy by language, with several labels a text micro F1 at 0.5.

    Args:
        scores, targets, multi_label: as in `rightness`.
        language: a tag for each text.
    """
    language = np.asarray(language)
    wanted = targets > 0.5
    found = {}
    for tag in sorted(set(language.tolist())):
        rows = language == tag
        if multi_label:
            given = scores[rows] >= 0.5
            both = float((given & wanted[rows]).sum())
            found[tag] = 2 * both / max(1.0, float(given.sum() + wanted[rows].sum()))
        else:
            found[tag] = float((scores[rows].argmax(axis=1) == targets[rows].argmax(axis=1)).mean())
    return found


def paired_gain(
    one: np.ndarray, other: np.ndarray, language: Any, same_text: np.ndarray | None = None
) -> tuple[float, float]:
    """By how much another candidate is right more often in the mean over languages, and the standard error of that.

    Texts that both get right or both get wrong add no noise. Translations of a text count as one draw, not as many
    (the standard error of clusters, Liang and Zeger 1986). One text more, on which they differ, is added to the noise:
    of very few texts it may be all there is.

    Args:
        one, other: of `rightness`, of the same texts.
        language: a tag for each text.
        same_text: int `(texts,)`: those with the same number say the same; None where none do.

    >>> gain, error = paired_gain(np.zeros(100), np.ones(100), ["en"] * 100)
    >>> f"{gain:.2f} {error:.2f}"
    '1.00 0.01'
    """
    _, number, count = np.unique(np.asarray(language), return_inverse=True, return_counts=True)
    weight = 1.0 / (len(count) * count[number])
    clusters = np.arange(len(weight)) if same_text is None else np.unique(same_text, return_inverse=True)[1]
    gains = np.bincount(clusters, weight * (other - one))
    gain = float(gains.sum())
    apart = gains - gain * np.bincount(clusters, weight)
    num = len(gains)
    variance = float((apart**2).sum()) * num / max(1, num - 1) + 1.0 / num**2
    return gain, variance**0.5
