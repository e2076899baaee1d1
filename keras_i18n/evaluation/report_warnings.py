"""What a report says in a line where its scores are weaker than they look."""

from collections.abc import Sequence
from typing import Any

import numpy as np

_SHOWN = 6
_BETTER = 0.01  # by which a baseline wins


def of_rows(rows: Sequence[Any]) -> list[str]:
    """Lines about the majority class, about languages and letters that the model was not made for, and about the baseline.

    Args:
        rows: `LanguageScore`s.

    >>> from keras_i18n.evaluation import LanguageScore
    >>> row = LanguageScore("am", "Amharic", "Ethi", 50, 0.22, 0.1, 0.3, 0.2, 0.1, majority=0.3, made_for=False)
    >>> print(*of_rows([row]), sep="\\n")
    No better than always giving the most frequent label: Amharic 22.0 % (majority 30.0 %).
    The model was not made for Amharic: train with labels of it, or add it (add_language).
    """
    return [*_of_majority(rows), *of_unknown_languages(rows), *of_unread_scripts(rows), *_of_baseline(rows)]


def of_unknown_languages(rows: Sequence[Any]) -> list[str]:
    """One line that names the languages that the model was not made for; none where there is none.

    Args:
        rows: with `name` and `made_for`.
    """
    unknown = [row for row in rows if row.made_for is False]
    if not unknown:
        return []
    noun, it = ("languages: ", "them") if len(unknown) > _SHOWN else ("", "it" if len(unknown) == 1 else "them")
    count = f"{len(unknown)} of {len(rows)} " if noun else ""
    told = _listed([row.name for row in unknown])
    return [f"The model was not made for {count}{noun}{told}: train with labels of {it}, or add {it} (add_language)."]


def of_unread_scripts(rows: Sequence[Any]) -> list[str]:
    """One line that names the languages whose texts are in letters that the model does not read; none where there is none.

    Args:
        rows: with `name` and `unread_script`.
    """
    unread = [f"{row.name} ({row.unread_script})" for row in rows if row.unread_script is not None]
    told = "Texts in letters that no language of the model is written in: "
    return [f"{told}{_listed(unread)}. It reads next to nothing of them."] if unread else []


def _of_majority(rows):
    low = sorted((row for row in rows if row.at_majority), key=lambda row: row.accuracy - row.majority)
    if not low:
        return []
    told = [f"{row.name} {100 * row.accuracy:.1f} % (majority {100 * row.majority:.1f} %)" for row in low]
    return [f"No better than always giving the most frequent label: {_listed(told)}."]


def _of_baseline(rows):
    known = [row for row in rows if row.baseline is not None]
    if not known:
        return []
    own, other = (float(np.mean([getattr(row, name) for row in known])) for name in ("accuracy", "baseline"))
    better = [row for row in known if row.baseline > row.accuracy + _BETTER]
    means = f"mean {100 * other:.1f} % against {100 * own:.1f} %"
    if not better:
        return [f"Baseline: {means}, better in no language."]
    most = max(better, key=lambda row: row.baseline - row.accuracy)
    where = (
        f"better in {len(better)} of {len(known)}, by {100 * (most.baseline - most.accuracy):.1f} points in {most.name}"
    )
    if other > own:
        return [f"The baseline wins: {means}, {where}. Use it, or train otherwise: more labels, trainable='all'."]
    return [f"Baseline: {means}, {where}."]


def _listed(told):
    return ", ".join(told[:_SHOWN]) + (f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else "")
