"""Writes a model in many formats, and opens what was written."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

from keras_i18n import native_logs
from keras_i18n.export import golden_replay
from keras_i18n.export.exportable import exportable
from keras_i18n.export.formats import FORMATS, format_of
from keras_i18n.export.metadata import TOLERANCES, Metadata
from keras_i18n.export.opening_check import check_opening
from keras_i18n.export.packing import packed
from keras_i18n.export.runner import Runner
from keras_i18n.files import atomic_path
from keras_i18n.models.saving.file_kind import refuse_another_kind
from keras_i18n.models.saving.finite_weights import not_finite
from keras_i18n.opening import checked_path, told_with_the_path
from keras_i18n.progress import Progress, ProgressOption, teller
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown


def export(
    model: Any,
    folder: Path,
    *,
    formats: str | Sequence[str] = tuple(FORMATS),
    precision: str = "float32",
    progress: ProgressOption = None,
) -> pathlib.Path:
    """Writes a model in some or all formats: raw code points in, numbers out, the tokenizer inside.

    Each file holds all that is needed to use it: network, tokenizer, labels, languages and examples to replay. A file
    is written under a temporary name, opened there as its reader does it, and only then moved into place.

    Args:
        model: a `TextClassifier`, `TextEncoder` or other model of this package; a `LanguageModel` leaves as a step with
            its states in sight (see `LanguageModel.to_keras`), an `ImageClassifier` takes images. Or a tokenizer alone:
            then the files give `token_ids` and `length`.
        folder: where the files go: saved_model/, model.h5, model.keras, model.tflite, model.onnx.
        formats: keys of `FORMATS`, or one of them.
        precision: "float32", "float16" or "int8", of the weights; all computing stays in float32. With "int8" tables of
            token vectors and matrices of 65,536 numbers or more are bytes, a step for each row, all else float16.
            Formats without it (SavedModel, H5, .keras) are written in float32; each file's metadata tells its own.
        progress: True to show it, or a function that is called with a `Progress` before each format: its name, formats written, of how many; and at the end.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: an unknown format or precision, a model that needs operators that a format lacks, or one that cannot
            be built again from its file: the layer is named.
        ImportError: the package that writes a format is not installed.

    Example:

    >>> import pathlib, tempfile
    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20)
    >>> folder = ki.export(tokenizer, pathlib.Path(tempfile.mkdtemp()) / "tokenizer", formats="tflite")
    >>> ki.load_exported(folder / "model.tflite").tokenize(["not to be"])[0].dtype
    dtype('int32')
    """
    formats = [formats] if isinstance(formats, str) else list(formats)
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        raise ValueError(f"`formats` must be some of {', '.join(FORMATS)}. Received: {shown(unknown or formats)}.")
    if precision not in TOLERANCES:
        raise ValueError(f"`precision` must be one of {', '.join(TOLERANCES)}. Received: {shown(precision)}.")
    folder = pathlib.Path(folder)
    exported = exportable(model)
    _refuse_what_is_no_answer(exported)
    in_bytes = None
    tell = teller(progress) or (lambda _: None)
    for number, name in enumerate(formats):
        tell(Progress(name, number, len(formats)))
        row = FORMATS[name]
        own = precision if precision in row.precisions else "float32"
        source, metadata = exported, exported.metadata
        if own == "int8":
            # its metadata stays that of the model itself, golden examples among it
            in_bytes = source = in_bytes or _in_bytes(model, exported)
        if metadata.task != "tokenization":
            metadata = dataclasses.replace(metadata, precision=own, tolerance=TOLERANCES[own])
        with atomic_path(folder / row.file) as temporary, native_logs.quiet():
            row.save(dataclasses.replace(source, metadata=metadata), temporary)
            check_opening(row, temporary, source.keras_model)
    tell(Progress(formats[-1], len(formats), len(formats)))
    return folder


def _in_bytes(model, exported):
    twin = packed(model)
    return exported if twin is model else exportable(twin)


def _refuse_what_is_no_answer(exported):
    names = not_finite(exported.keras_model)
    if names:
        raise ValueError(
            f"A model that is exported must have finite weights. Received: NaN or infinite numbers in "
            f"{cut(', '.join(names[:3]))}. Train again with a lower learning rate, or load an earlier file."
        )
    if told := exported.metadata.contradiction():
        raise ValueError(f"The parts of an exported model must fit together. Received: {told}.")


def load_exported(path: Path, *, replay: bool = False) -> Runner:
    """Opens an exported file in its own runtime.

    Args:
        path: a file that `export` wrote, or a SavedModel folder.
        replay: whether to run the golden examples of its metadata and compare: proves that this machine's runtime gives
            the model's answers.

    Returns:
        A `Runner`: `predict(texts)`, `labels`, `metadata`; of a language model also `suggest(text)`; of an image
        classifier `predict(images)` and `classify(images, language="sw")`.

    Raises:
        FileNotFoundError: no such file. ValueError: a damaged file, one of another kind, or one whose
            golden examples come out otherwise.
        ImportError: the runtime is not installed.

    Example:

    >>> import pathlib, tempfile
    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50)
    >>> folder = ki.export(tokenizer, pathlib.Path(tempfile.mkdtemp()) / "ngrams", formats="keras")
    >>> ki.load_exported(folder / "model.keras").metadata.task
    'tokenization'
    """
    path = checked_path(path, kind="exported file", folders=True)
    with told_with_the_path(path, expected="a file that keras_i18n exported", way_out="Export the model again"):
        refuse_another_kind(path, ("exported file",))
        with native_logs.quiet():
            runner = format_of(path).load(path)
        runner.reopen = reopened
        if replay and (problems := golden_replay.replay(runner)):
            raise ValueError(f"'{path}' must answer as its metadata says. Received: {cut(' '.join(problems))}")
        return runner


def reopened(path: Path, metadata: Metadata) -> Runner:
    """The copy of a runner: its file, opened anew.

    Raises:
        ValueError: another file stands there now.
    """
    runner = load_exported(path)
    if runner.metadata != metadata:
        raise ValueError(f"'{path}' must be the file that the runner was opened from. Received: another. Open it anew.")
    return runner
