"""What a run asks of a model for each text, and the columns of its answers."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_i18n.export import open_file
from keras_i18n.protocols import Path
from keras_i18n.shown import cut


@dataclasses.dataclass(frozen=True)
class Task:
    """A row of `TASKS`.

    Attributes:
        kind: of a model that does it, for messages.
        can: whether a model does.
        columns: of the answers.
        answers: `(model, texts, **options)` -> a pyarrow array for each of the columns.
    """

    kind: str
    can: Callable[[Any], bool]
    columns: tuple[str, ...]
    answers: Callable[..., list[Any]]


def _labels(model, texts):
    import pyarrow

    found = model.classify(texts)
    if getattr(model, "multi_label", False):
        labels = [[each.label for each in one] for one in found]
        scores = [[each.score for each in one] for one in found]
        return [
            pyarrow.array(labels, pyarrow.list_(pyarrow.string())),
            pyarrow.array(scores, pyarrow.list_(pyarrow.float32())),
        ]
    return [
        pyarrow.array([one.label for one in found], pyarrow.string()),
        pyarrow.array([one.score for one in found], pyarrow.float32()),
    ]


def _vectors(model, texts):
    import pyarrow

    found = model.encode(texts) if hasattr(model, "encode") else model.predict(texts)
    vectors = np.ascontiguousarray(found, "float32")
    return [pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(vectors.reshape(-1)), vectors.shape[1])]


def _translations(model, texts, **options):
    import pyarrow

    return [pyarrow.array(model.translate(texts, **options), pyarrow.string())]


def _classifies(model):
    return hasattr(model, "classify") and bool(getattr(model, "labels", ()))


def _encodes(model):
    return hasattr(model, "encode") or getattr(getattr(model, "metadata", None), "task", "") == "text-embedding"


def _translates(model):
    return hasattr(model, "translate")


TASKS = {
    "predict": Task("a classifier", _classifies, ("predicted", "score"), _labels),
    "translate": Task("a translator", _translates, ("translation",), _translations),
    "encode": Task("an encoder", _encodes, ("vector",), _vectors),
}


def task_of(model: Any) -> str:
    """What a model is for, the name of a row of `TASKS`.

    Raises:
        ValueError: none of them.

    >>> import keras_i18n as ki
    >>> task_of(ki.TextClassifier.from_scratch(["a", "b"], num_buckets=50))
    'predict'
    """
    for name, task in TASKS.items():
        if task.can(model):
            return name
    raise ValueError(
        f"A model must be {', '.join(task.kind for task in TASKS.values())}. Received: {cut(type(model).__name__)}."
    )


def opened_for(path: Path, name: str) -> Any:
    """A saved model or an exported file, which can do a task.

    Raises:
        ValueError: damaged, or of another kind. FileNotFoundError: nothing is there.
    """
    model = open_file(path)
    if not TASKS[name].can(model):
        raise ValueError(f"To {name}, a model must be {TASKS[name].kind}. Received: '{cut(path)}', which is none.")
    return model
