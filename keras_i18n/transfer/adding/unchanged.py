"""Whether old languages are what they were: on the texts that are kept, and on others."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_i18n.shown import shown
from keras_i18n.training.digest import weights_digest

_COMPARED = 2000


@dataclasses.dataclass(frozen=True, kw_only=True)
class UnseenTexts:
    """How texts of old languages fare that new pieces were not fitted to.

    Attributes:
        count: number of these texts.
        tokenized_differently: share of them that new pieces cut in another way, 0 .. 1.
        changed_labels: share that a classifier gives another label, 0 .. 1; None for an encoder.
        lowest_cosine: of a text's vectors or scores before and after, over all of them.

    >>> str(UnseenTexts(count=200, tokenized_differently=0.005, changed_labels=0.0, lowest_cosine=0.98))
    'Of 200 old texts kept apart 1 (0.50 %) is tokenized differently and 0 (0.00 %) get another label (lowest cosine 0.980).'
    """

    count: int
    tokenized_differently: float
    changed_labels: float | None
    lowest_cosine: float

    def __str__(self) -> str:
        labels = ""
        if self.changed_labels is not None:
            labels = f" and {self._told(self.changed_labels, 'gets', 'get')} another label"
        return (
            f"Of {self.count} old texts kept apart {self._told(self.tokenized_differently, 'is', 'are')} tokenized "
            f"differently{labels} (lowest cosine {self.lowest_cosine:.3f})."
        )

    def _told(self, share, one, several):
        number = round(share * self.count)
        return f"{number} ({100 * share:.2f} %) {one if number == 1 else several}"


def compare_unseen(old: Any, new: Any, texts: Sequence[str]) -> UnseenTexts | None:
    """Two models on texts of old languages; None without texts.

    Args:
        old, new: the model before and after.
        texts: list of str.
    """
    if not texts:
        return None
    pairs = zip(old.tokenize(texts), new.tokenize(texts), strict=True)
    # others get the very same answers: same token ids, same weights
    changed = [text for text, (one, other) in zip(texts, pairs, strict=True) if not np.array_equal(one, other)]
    labels, lowest = None, 1.0
    has_labels = hasattr(old, "labels")
    if has_labels:
        labels = 0.0
    if changed:
        before, after = np.asarray(old.predict(changed)), np.asarray(new.predict(changed))
        lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        lowest = float(((before * after).sum(axis=1) / np.maximum(lengths, 1e-12)).min())
        if has_labels:
            labels = float(_other_labels(old, before, after).sum()) / len(texts)
    return UnseenTexts(
        count=len(texts),
        tokenized_differently=len(changed) / len(texts),
        changed_labels=labels,
        lowest_cosine=lowest,
    )


def _other_labels(model, before, after):
    """bool (texts,): whether a text's labels change."""
    if getattr(model, "multi_label", False):
        return (model.thresholds.passed(before) != model.thresholds.passed(after)).any(axis=1)
    return before.argmax(axis=1) != after.argmax(axis=1)


def check_weights(old: keras.Model, new: keras.Model, name: str, old_digest: str) -> None:
    """Refuses a network whose weights, less the rows `name`, are not those of the old one."""
    if weights_digest(new, without=name, like=old) != old_digest or weights_digest(old) != old_digest:
        raise ValueError("Weights that all languages share were changed. The model was not made; please report this.")


def check_answers(old: Any, new: Any, keep_texts: Sequence[str]) -> None:
    """Refuses a model that cuts one of the texts in another way, or answers the first 2,000 of them otherwise."""
    for text, one, other in zip(keep_texts, old.tokenize(keep_texts), new.tokenize(keep_texts), strict=True):
        if not np.array_equal(one, other):
            raise ValueError(f"Old texts must keep their token ids. Received: a new cut of {shown(text)}.")
    some = keep_texts[:_COMPARED]
    if not np.array_equal(old.predict(some), new.predict(some)):
        raise ValueError("Old texts must keep their answers bit for bit. Received: other answers.")
