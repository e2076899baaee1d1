"""What labels and languages say of how much an n-gram should count, beside how rare it is."""

from typing import Any

import numpy as np

_SMOOTHING = 1.0  # added to each count of an n-gram in the texts of a label
_PAIRS = 2.0  # pairs of texts that an n-gram is believed to have beside its own: as mixed as those of the mean n-gram
_LABELS = 16  # counted at once: all of a thousand would take gigabytes


def label_factors(bag: Any, targets: np.ndarray) -> np.ndarray:
    """How far n-grams tell labels apart, float64 `(num_buckets,)`.

    The root of the mean square, over labels, of the logarithm of how much more often an n-gram comes in the texts of a label
    than in the others: the log-count ratios of Wang and Manning (2012, "Baselines and Bigrams"), one number for all labels.

    Args:
        bag: CSR `(texts, num_buckets)`.
        targets: float `(texts, labels)`.

    >>> from scipy.sparse import csr_matrix
    >>> bag = csr_matrix(np.array([[2, 0, 1], [2, 0, 1], [0, 2, 1], [0, 2, 1]]))
    >>> label_factors(bag, np.eye(2)[[0, 0, 1, 1]]).round(1).tolist()
    [1.6, 1.6, 0.0]
    """
    turned = bag.T.tocsr()
    others = max(1, targets.shape[1] - 1)
    total = np.zeros(bag.shape[1])
    for start in range(0, targets.shape[1], _LABELS):
        part = targets[:, start : start + _LABELS]
        within = np.asarray(turned @ part) + _SMOOTHING
        without = np.asarray(turned @ (1.0 - part)) + _SMOOTHING * others
        ratios = np.log(within / within.sum(axis=0)) - np.log(without / without.sum(axis=0))
        total += (ratios**2).sum(axis=1)
    return np.sqrt(total / targets.shape[1])


def language_factors(bag: Any, language: np.ndarray) -> np.ndarray:
    """How likely two texts that have an n-gram are of one language, float64 `(num_buckets,)`.

    What two languages share says other things in each. Counting it less lets a model of several languages learn each of
    them more by itself, as features of a language's own beside the shared ones do (Daumé 2007, "Frustratingly Easy Domain
    Adaptation"), without being told a text's language.

    Args:
        bag: CSR `(texts, num_buckets)`.
        language: a tag for each text.

    >>> from scipy.sparse import csr_matrix
    >>> bag = csr_matrix(np.array([[1, 1], [1, 1], [0, 1], [0, 1]]))
    >>> language_factors(bag, np.array(["en", "en", "sw", "sw"])).round(2).tolist()
    [0.71, 0.35]
    """
    texts, alike = np.zeros(bag.shape[1]), np.zeros(bag.shape[1])
    for tag in sorted(set(language.tolist())):
        own = np.bincount(bag[np.flatnonzero(language == tag)].indices, minlength=bag.shape[1])
        texts += own
        alike += own * (own - 1.0)
    pairs = texts * (texts - 1.0)
    mean = alike.sum() / max(pairs.sum(), 1.0)
    return (alike + _PAIRS * mean) / (pairs + _PAIRS)
