"""Tells before a training what its data lack: labels without a text, languages that the model was not made for."""

import collections
import warnings
from typing import Any

from keras_i18n import languages as tags

_SHOWN = 6


def warn_of_data(model: Any, train: Any) -> None:
    """Warns where a label of the model has no training text, and where texts are in languages it was not made for.

    Args:
        model: with `labels` and `languages`.
        train: labelled `Dataset`.
    """
    lacking = [label for label in model.labels if label not in set(train.labels)]
    if lacking:
        warnings.warn(
            f"No training text has the label {_listed(map(repr, lacking), len(lacking))}: no answer will be that. Add "
            "texts, or make the model without it (`labels=`).",
            stacklevel=4,
        )
    counts = collections.Counter(train.language)
    unknown = [tag for tag in train.languages if tags.made_for(model, tag) is False]
    if unknown:
        told = _listed((f"{tag} ({tags.name(tag)}, {counts[tag]:,} texts)" for tag in unknown), len(unknown))
        warnings.warn(
            f"The model was not made for {told}. `datasets.check(train, model=model)` tells what it reads of them; a "
            "network from scratch may do better there, and `transfer.add_language` teaches it a language.",
            stacklevel=4,
        )


def _listed(told, count):
    shown = [one for one, _ in zip(told, range(_SHOWN), strict=False)]
    return ", ".join(shown) + (f" and {count - _SHOWN} more" if count > _SHOWN else "")
