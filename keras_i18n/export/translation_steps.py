"""A translator exported as two files, an encoder and a step, for apps that show a translation while it grows."""

import dataclasses
import functools
import os
import pathlib
import tempfile
from collections.abc import Sequence

from keras_i18n.export import golden_replay
from keras_i18n.export import metadata as contract
from keras_i18n.export.exportable import Exportable, translation_metadata
from keras_i18n.export.exporting import load_exported
from keras_i18n.export.formats import FORMATS
from keras_i18n.export.opening_check import EXACT
from keras_i18n.export.parts import FORMATS_OF_PARTS, checked_choice, digest_of_weights
from keras_i18n.export.streaming_runner import (
    ENCODER_OUTPUTS,
    STEP_OUTPUTS,
    EncoderRunner,
    StepRunner,
    StreamingRunner,
)
from keras_i18n.export.writing import write_files
from keras_i18n.models import Translator
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Path
from keras_i18n.shown import cut


def export_steps(
    model: Translator,
    folder: Path,
    *,
    formats: str | Sequence[str] = FORMATS_OF_PARTS,
    precision: str = "float32",
    progress: ProgressOption = None,
) -> pathlib.Path:
    """Writes a translator as `encoder.tflite` and `step.tflite`, and the same as .onnx: a call a token, text after each.

    An app runs the encoder once a text, then the step until nothing goes on, and copies outputs to inputs by name:
    `source_ids`, `source`, `written` and `states` go from the encoder into the first step; of each step `next_written` and
    `next_states` go into the next as `written` and `states`. After every step `translation` has the code points so far and
    `going` tells whether a text goes on. The search is greedy.

    Args:
        model: a `Translator`.
        folder: where the files go.
        formats: "tflite", "onnx" or both.
        precision: as in `export`.
        progress: as in `export`.

    Returns:
        The folder. Both files of a format were opened before they took their places, and where a precision is exact translated
        the golden examples as the model does.

    Raises:
        ValueError: a model of another kind, another format or precision.

    Example:

    >>> import tempfile
    >>> import keras_i18n as ki
    >>> pairs = [("one two", "eins zwei"), ("two one", "zwei eins"), ("one", "eins"), ("two", "zwei")]
    >>> translator = ki.Translator.from_scratch(pairs, vocabulary_size=290, size="tiny")
    >>> folder = ki.export.export_steps(translator, tempfile.mkdtemp(), formats="onnx")
    >>> sorted(path.name for path in folder.iterdir())
    ['encoder.onnx', 'step.onnx']
    """
    if not isinstance(model, Translator):
        raise ValueError(f"`model` must be a Translator. Received: {type(model).__name__}.")
    names = checked_choice(formats, precision, parts="steps")
    digest, folder = digest_of_weights(model.network.weights), pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".steps-") as temporary:
        for part, of_model in _PARTS.items():
            make = functools.partial(of_model, digest=digest)
            write_files(model, temporary, names, precision=precision, progress=progress, make=make, name=part)
        for name in names:
            files = [pathlib.Path(temporary, FORMATS[name].file.replace("model.", f"{part}.")) for part in _PARTS]
            load_steps(*files, replay=precision in EXACT)
        for file in pathlib.Path(temporary).iterdir():
            os.replace(file, folder / file.name)
    return folder


def load_steps(encoder: Path, step: Path, *, replay: bool = False) -> StreamingRunner:
    """Opens an encoder and a step as one translator, which tells a translation while it grows.

    Args:
        encoder, step: files of `export_steps`; the formats may differ.
        replay: whether to translate the golden examples of the encoder and compare.

    Raises:
        ValueError: a damaged file, one of another kind, a step of another translator, or golden examples that come out
            otherwise.

    Example:

    >>> import tempfile
    >>> import keras_i18n as ki
    >>> pairs = [("one two", "eins zwei"), ("two one", "zwei eins"), ("one", "eins"), ("two", "zwei")]
    >>> translator = ki.Translator.from_scratch(pairs, vocabulary_size=290, size="tiny")
    >>> folder = ki.export.export_steps(translator, tempfile.mkdtemp(), formats="onnx")
    >>> steps = ki.export.load_steps(folder / "encoder.onnx", folder / "step.onnx")
    >>> list(steps.stream("two one"))[-1:] == translator.translate(["two one"])
    True
    """
    head, tail = load_exported(encoder), load_exported(step)
    if not isinstance(head, EncoderRunner) or not isinstance(tail, StepRunner):
        told = f"'{cut(encoder)}' for {cut(head.metadata.task)}, '{cut(step)}' for {cut(tail.metadata.task)}"
        raise ValueError(f"`encoder` and `step` must be the two files of `export_steps`. Received: {told}.")
    if head.metadata.body != tail.metadata.body:
        raise ValueError(
            f"A step must be of the translator whose encoder is '{encoder}'. Received: '{cut(step)}' of another one. Take "
            "the files that were exported of one model."
        )
    steps = StreamingRunner(head, tail)
    if replay and (problems := golden_replay.replay(steps)):
        raise ValueError(f"'{cut(encoder)}' and '{cut(step)}' must translate as they say. Received: {cut(problems[0])}")
    return steps


def _encoder(model, digest):
    told = dataclasses.replace(
        translation_metadata(model, beam=1), task="translation-encoder", outputs=ENCODER_OUTPUTS, body=digest
    )
    return Exportable(model.to_keras_steps()[0], told)


def _step(model, digest):
    told = contract.Metadata(
        task="translation-step",
        outputs=STEP_OUTPUTS,
        languages=model.languages,
        body=digest,
    )
    return Exportable(model.to_keras_steps()[1], told)


# name of a file -> what is in it, model and digest -> `Exportable`
_PARTS = {"encoder": _encoder, "step": _step}
