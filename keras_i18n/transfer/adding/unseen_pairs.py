"""Sentence pairs that are kept apart while a language is added: whether its pieces bring translations together."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_i18n.datasets import ParallelTexts
from keras_i18n.transfer.language_resources import LanguageResources

_SHARE, _MOST, _FEWEST = 0.1, 100, 20
_SHARPNESS = 20.0  # of the softmax over cosines


@dataclasses.dataclass(frozen=True, kw_only=True)
class UnseenPairs:
    """How sentences and their translations fare that new pieces did not learn from.

    Attributes:
        count: number of these pairs.
        before, after: share of the sentences, 0 .. 1, whose nearest one on the other side is their translation.

    >>> print(UnseenPairs(count=100, before=0.85, after=0.95))
    Of 100 sentence pairs kept apart 85 % found each other before, 95 % do now.
    """

    count: int
    before: float
    after: float

    def __str__(self) -> str:
        return (
            f"Of {self.count} sentence pairs kept apart {100 * self.before:.0f} % found each other before, "
            f"{100 * self.after:.0f} % do now."
        )


def kept_apart(
    resources: Mapping[str, LanguageResources], rng: np.random.Generator
) -> tuple[dict[str, LanguageResources], dict[str, ParallelTexts]]:
    """The resources less some of their pairs, and these: a tenth, at most 100; none of a language with fewer than 200.

    Args:
        resources: language -> `LanguageResources`.
        rng: draws them.
    """
    rest, apart = dict(resources), {}
    for language, found in resources.items():
        count = min(_MOST, int(_SHARE * len(found.parallel or ())))
        if count >= _FEWEST and found.parallel is not None:
            order = rng.permutation(len(found.parallel))
            apart[language] = found.parallel[np.sort(order[:count])]
            rest[language] = dataclasses.replace(found, parallel=found.parallel[np.sort(order[count:])])
    return rest, apart


def agreement(vectors: np.ndarray, translations: np.ndarray) -> tuple[float, float]:
    """(how surely sentences find their translations, log likelihood of a softmax; share of those that do).

    Args:
        vectors, translations: float `(pairs, dim)`, of length one.

    >>> agreement(np.eye(3), np.eye(3))[1], agreement(np.eye(3), np.eye(3)[[1, 0, 2]])[1].__round__(2)
    (1.0, 0.33)
    """
    cosines = _SHARPNESS * vectors @ translations.T
    largest = cosines.max(axis=1, keepdims=True)
    logs = np.log(np.exp(cosines - largest).sum(axis=1)) + largest[:, 0]
    own = np.diagonal(cosines)
    return float(np.mean(own - logs)), float(np.mean(cosines.argmax(axis=1) == np.arange(len(own))))


def agreements(encoder: Any, pairs: Mapping[str, ParallelTexts], targets: Mapping[str, np.ndarray]) -> Any:
    """`agreement` of what an encoder says of the new sides of pairs, in the mean over languages.

    Args:
        encoder: with `encode`.
        pairs: language -> `ParallelTexts`.
        targets: language -> vectors of their known sides.
    """
    found = [agreement(encoder.encode(list(some.target)), targets[language]) for language, some in pairs.items()]
    return tuple(np.mean(found, axis=0).tolist())
