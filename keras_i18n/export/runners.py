"""Which runner opens a file, by its task."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_i18n.export.image_runner import ImageRunner
from keras_i18n.export.metadata import Metadata
from keras_i18n.export.pair_runners import BodyRunner, PackRunner
from keras_i18n.export.runner import Runner
from keras_i18n.export.streaming_runner import EncoderRunner, StepRunner
from keras_i18n.export.suggestion_runner import SuggestionRunner
from keras_i18n.export.translation_runner import TranslationRunner
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

RUNNERS = {
    "image-classification": ImageRunner,
    "text-generation": SuggestionRunner,
    "translation": TranslationRunner,
    "translation-encoder": EncoderRunner,
    "translation-step": StepRunner,
    "token-vectors": PackRunner,
    "vectors-classification": BodyRunner,
    "vectors-embedding": BodyRunner,
}


def runner_of(path: Path, metadata: Metadata, run: Callable[..., Any], operators: Sequence[str] = ()) -> Runner:
    """The `Runner` of a file's task; arguments as there."""
    run = _of_any_batch(_with_a_column_a_label(path, metadata, run))
    return RUNNERS.get(metadata.task, Runner)(path, metadata, run, operators)


def _with_a_column_a_label(path, metadata, run):
    columns = len(metadata.labels)
    if not columns:
        return run

    def checked(**inputs):
        outputs = run(**inputs)
        if outputs[0].shape[-1] != columns:
            raise ValueError(
                f"'{path}' must give a score for each of its {columns} labels. Received: {cut(outputs[0].shape[-1])} scores. "
                "It was changed after it was exported: export the model again."
            )
        return outputs

    return checked


def _of_any_batch(run):
    def run_any_batch(**inputs):
        if all(len(value) for value in inputs.values()):
            return run(**inputs)
        # Nothing in, nothing out. ONNX reads a size of 0 as "whichever it was", and LiteRT has no tensors without numbers,
        # so the shapes are asked with a row of zeros.
        rows = {
            name: np.zeros([1, *(max(1, size) for size in value.shape[1:])], value.dtype)
            for name, value in inputs.items()
        }
        return [output[:0] for output in run(**rows)]

    return run_any_batch
