"""Tells before a training what its data lack: labels without a text, languages and letters that the model was not made for."""

import collections
import warnings
from typing import Any

from keras_i18n import languages as tags

_SHOWN = 6


def warn_of_data(model: Any, train: Any, *, stacklevel: int = 4) -> None:
    """Warns where a label of the model has no training text, and where it was not made for the languages or letters of texts.

    Args:
        model: with `labels` and `languages`.
        train: labelled `Dataset`.
        stacklevel: of `warnings.warn`: whose line is named.
    """
    lacking = [label for label in model.labels if label not in set(train.labels)]
    if lacking:
        warnings.warn(
            f"No training text has the label {_listed(map(repr, lacking), len(lacking))}: no answer will be that. Add "
            "texts, or make the model without it (`labels=`).",
            stacklevel=stacklevel,
        )
    counts = collections.Counter(train.language)
    unknown = [tag for tag in train.languages if tags.made_for(model, tag) is False]
    unread = tags.unread_scripts(model, train.text, train.language)
    if unknown:
        told = _listed(
            (f"{tag} ({tags.name(tag)}, {counts[tag]:,} texts{_in(unread, tag)})" for tag in unknown), len(unknown)
        )
        warnings.warn(
            f"The model was not made for {told}. `datasets.check(train, model=model)` tells what it reads of them; a "
            "network from scratch may do better there, and `transfer.add_language` teaches it a language.",
            stacklevel=stacklevel,
        )
    others = [tag for tag in unread if tag not in unknown]
    if others:
        told = _listed((f"{tag} ({tags.name(tag)}, in {unread[tag]})" for tag in others), len(others))
        warnings.warn(
            f"Most letters of texts are in a script that no language of the model is written in: {told}. It reads next to "
            "nothing of them. Look whether the tags are right; a network from scratch may do better there.",
            stacklevel=stacklevel,
        )


def _in(unread, tag):
    return f", in {unread[tag]} letters, which no language of the model has" if tag in unread else ""


def _listed(told, count):
    shown = [one for one, _ in zip(told, range(_SHOWN), strict=False)]
    return ", ".join(shown) + (f" and {count - _SHOWN} more" if count > _SHOWN else "")
