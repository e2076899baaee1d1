"""Which runner opens a file, by its task."""

from collections.abc import Callable, Sequence
from typing import Any

from keras_i18n.export.image_runner import ImageRunner
from keras_i18n.export.metadata import Metadata
from keras_i18n.export.runner import Runner
from keras_i18n.export.suggestion_runner import SuggestionRunner
from keras_i18n.protocols import Path

RUNNERS = {"image-classification": ImageRunner, "text-generation": SuggestionRunner}


def runner_of(path: Path, metadata: Metadata, run: Callable[..., Any], operators: Sequence[str] = ()) -> Runner:
    """The `Runner` of a file's task; arguments as there."""
    return RUNNERS.get(metadata.task, Runner)(path, metadata, _with_a_column_a_label(path, metadata, run), operators)


def _with_a_column_a_label(path, metadata, run):
    columns = len(metadata.labels)
    if not columns:
        return run

    def checked(**inputs):
        outputs = run(**inputs)
        if outputs[0].shape[-1] != columns:
            raise ValueError(
                f"'{path}' must give a score for each of its {columns} labels. Received: {outputs[0].shape[-1]} scores. "
                "It was changed after it was exported: export the model again."
            )
        return outputs

    return checked
