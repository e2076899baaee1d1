"""Labels as numbers, and how much each text counts."""

import collections
import numbers
from typing import Any

import numpy as np

from keras_i18n.shown import cut, shown


def targets_of(model: Any, dataset: Any, name: str) -> np.ndarray:
    """The labels of a data set as float32 `(texts, labels)`: a 1 for each label that a text has.

    Args:
        model: with `labels`, and `multi_label` where a text may have several.
        dataset: `Dataset`.
        name: of the argument, for messages.

    Raises:
        ValueError: no rows, no labels, labels that the model lacks; one label a row where the model has several, or
            the other way round.
    """
    if len(dataset) == 0:
        raise ValueError(f"`{name}` must have at least one row. Received: an empty data set.")
    if dataset.label is None:
        raise ValueError(
            f"`{name}` must have labels. Received: a data set with columns {cut(', '.join(dataset.columns))}."
        )
    place_of = {label: place for place, label in enumerate(model.labels)}
    multi_label = getattr(model, "multi_label", False)
    if multi_label != dataset.multi_label:
        raise ValueError(
            f"`{name}` must have a list of labels in every row: read it with label_separator='|', or give lists. "
            "Received: one label a row, for a model with multi_label=True."
            if multi_label
            else f"`{name}` must have one label a row. Received: a list of labels in every row. Make the model with "
            "multi_label=True."
        )
    rows = dataset.label if multi_label else [(label,) for label in dataset.label]
    unknown = collections.Counter(label for row in rows for label in row if label not in place_of)
    if unknown:
        raise ValueError(
            f"`{name}` has labels that the model lacks: {dict(unknown.most_common(5))}. "
            f"The model has: {', '.join(model.labels)}."
        )
    targets = np.zeros((len(rows), len(model.labels)), "float32")
    for target, row in zip(targets, rows, strict=True):
        target[[place_of[label] for label in row]] = 1
    return targets


def sample_weights(labels: Any, class_weight: Any) -> np.ndarray | None:
    """The weight of each text.

    Args:
        labels: of the texts.
        class_weight: None, "balanced", or a dict from label to weight.

    Returns:
        float32 `(texts,)`, or None for 1 each.

    Raises:
        ValueError: it is something else, or lacks a label.
    """
    if class_weight is None:
        return None
    counts = collections.Counter(labels)
    if class_weight == "balanced":
        class_weight = {label: len(labels) / (len(counts) * count) for label, count in counts.items()}
    fits = isinstance(class_weight, dict) and set(class_weight) == set(counts)
    if not fits or not all(isinstance(w, numbers.Real) and 0 < float(w) < float("inf") for w in class_weight.values()):
        raise ValueError(
            f"`class_weight` must be 'balanced' or a dict with a weight above 0 for each of {sorted(counts)}. "
            f"Received: {shown(class_weight)}."
        )
    return np.array([class_weight[label] for label in labels], "float32")
