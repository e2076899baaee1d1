"""Writes a model in many formats, and opens what was written."""

import pathlib
from collections.abc import Callable, Sequence
from typing import Any

from keras_i18n import native_logs
from keras_i18n.export import golden_replay, mediapipe
from keras_i18n.export.exportable import Exportable, exportable
from keras_i18n.export.formats import format_of
from keras_i18n.export.metadata import Metadata
from keras_i18n.export.precision_search import choose_precision
from keras_i18n.export.precisions import AUTO, checked_precision
from keras_i18n.export.runner import Runner
from keras_i18n.export.targets import checked_target
from keras_i18n.export.writing import checked_formats, write_files
from keras_i18n.models.saving.file_kind import refuse_another_kind
from keras_i18n.opening import checked_path, told_with_the_path
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown

# layout of a target -> name of its files, and what is in them
_LAYOUTS: dict[str, tuple[str, Callable[[Any], Exportable]]] = {
    "model": ("model", exportable),
    "mediapipe": (mediapipe.FILE, mediapipe.mediapipe_exportable),
}


def export(
    model: Any,
    folder: Path,
    *,
    target: str | None = None,
    formats: str | Sequence[str] | None = None,
    precision: str | None = None,
    dataset: Any = None,
    max_bytes: int | None = None,
    max_loss: float | None = None,
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
        target: "android", "ios", "web", "edge", "mediapipe" or "server": chooses formats, precision and threads by the table
            `export.targets.TARGETS`; formats and precision that are given stay. "mediapipe" writes mediapipe.tflite, which
            MediaPipe's TextClassifier or TextEmbedder loads: of a model on hashed words and n-grams, for texts of at
            most 254 code points.
        formats: keys of `FORMATS`, or one of them; all unless told.
        precision: of the weights; all computing stays in float32. "float32", the default; "float16" (SavedModel, H5 and
            .keras are then written in float32: each file's metadata tells its own). "int8", "int4", "int4_blocks",
            "mixed3", "pq2" or "pq1" keep tables of token vectors in few bits, as `networks.few_bit_tables`
            tells, in "int8" rounded as the network is sensitive to them; TFLite and ONNX then hold matrices of 65,536
            numbers or more in bytes, a step for each output, and all else in half precision. "auto" is what `export.choose_precision` finds; with a limit it is the default.
        dataset: for "auto", texts by language, with labels or without.
        max_bytes, max_loss: for "auto", limits of a file's size and of the loss of the worst language.
        progress: True to show it, or a function that is called with a `Progress` before each format: its name, formats
            written, of how many; and at the end.

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ValueError: an unknown target, format or precision, limits that cannot be met, a model that needs operators that
            a format lacks, or one that cannot be built again from its file: the layer is named.
        ImportError: the package that writes a format is not installed.

    Example:

    >>> import pathlib, tempfile
    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20)
    >>> folder = ki.export(tokenizer, pathlib.Path(tempfile.mkdtemp()) / "tokenizer", formats="tflite")
    >>> ki.load_exported(folder / "model.tflite").tokenize(["not to be"])[0].dtype
    dtype('int32')
    """
    row = checked_target(target)
    names = checked_formats(row.formats if formats is None else formats)
    if row.layout != "model" and names != [*row.formats]:
        raise ValueError(f"target={shown(target)} is one file, {row.formats[0]}. Received: formats={shown(formats)}.")
    limited = max_bytes is not None or max_loss is not None
    if precision is None:
        precision = AUTO if limited else row.precision
    checked_precision(precision)
    if limited and precision != AUTO:
        raise ValueError(f"Limits are for precision='{AUTO}'. Received: precision={shown(precision)} with a limit.")
    if precision == AUTO:
        if dataset is None:
            raise ValueError(f"precision='{AUTO}' needs a `dataset` of texts by language. Received: none.")
        limits: dict[str, Any] = {"max_bytes": max_bytes, "max_loss": max_loss}
        precision = choose_precision(model, dataset, formats=names, **limits, progress=progress).precision
    name, make = _LAYOUTS[row.layout]
    return write_files(
        model, folder, names, precision=precision, threads=row.threads, progress=progress, make=make, name=name
    )


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
