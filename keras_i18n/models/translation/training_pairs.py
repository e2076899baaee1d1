"""What a translator is trained on: texts beside their translations, in one direction or in many."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from keras_i18n.datasets.parallel import ParallelTexts
from keras_i18n.shown import cut, shown


@dataclasses.dataclass(frozen=True)
class TrainingPairs:
    """Rows of all directions: texts, their translations, and the language of each translation (None where not told)."""

    source: list[str]
    target: list[str]
    target_language: list[str | None]

    def __len__(self) -> int:
        return len(self.source)


def training_pairs(pairs: Any, *, name: str = "pairs") -> TrainingPairs:
    """Reads what a translator's `fit` takes.

    Args:
        pairs: `ParallelTexts`, a list of them (a direction each), or a list of `(source, target)` texts.
        name: of the argument, for errors.

    Raises:
        TypeError: something else. ValueError: no pair, or one with an empty side.

    >>> training_pairs([("one two", "eins zwei")]).target
    ['eins zwei']
    """
    directions = [pairs] if isinstance(pairs, ParallelTexts) else list(pairs)
    if directions and all(isinstance(one, ParallelTexts) for one in directions):
        rows = [(*pair, one.target_language) for one in directions for pair in one]
    else:
        rows = [_row(row, pair, name) for row, pair in enumerate(directions)]
    if not rows:
        raise ValueError(f"`{name}` must have at least one pair of texts. Received: none.")
    for number, (source, target, _) in enumerate(rows):
        if not source.strip() or not target.strip():
            raise ValueError(
                f"Both sides of a pair in `{name}` must have text. Received: {shown((source, target))} in row {cut(number)}. "
                "Leave such pairs out."
            )
    return TrainingPairs(*(list(column) for column in zip(*rows, strict=True)))


def _row(number, pair, name):
    if isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2 and all(map(_is_text, pair)):
        return (*pair, None)
    raise TypeError(
        f"`{name}` must be `datasets.ParallelTexts`, a list of them, or a list of (source, target) texts. "
        f"Received: {shown(pair)} in row {cut(number)}."
    )


def _is_text(value):
    return isinstance(value, str)
