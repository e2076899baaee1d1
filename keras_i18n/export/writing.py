"""Writes a model's files, one after the other, each opened as its reader does it before it takes its place."""

import dataclasses
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

from keras_i18n import native_logs
from keras_i18n.export.exportable import Exportable, exportable
from keras_i18n.export.formats import FORMATS
from keras_i18n.export.opening_check import check_opening
from keras_i18n.export.packing import packed
from keras_i18n.export.precisions import PRECISIONS
from keras_i18n.files import atomic_path
from keras_i18n.models.saving.finite_weights import not_finite
from keras_i18n.progress import Progress, ProgressOption, teller
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown


def checked_formats(formats: str | Sequence[str]) -> list[str]:
    """Names of formats as a list.

    Raises:
        ValueError: one that is not in the table, or none.
    """
    names = [formats] if isinstance(formats, str) else list(formats)
    unknown = sorted(set(names) - set(FORMATS))
    if unknown or not names:
        raise ValueError(f"`formats` must be some of {', '.join(FORMATS)}. Received: {shown(unknown or names)}.")
    return names


def write_files(
    model: Any,
    folder: Path,
    formats: Sequence[str],
    *,
    precision: str = "float32",
    threads: int | None = None,
    progress: ProgressOption = None,
    make: Callable[[Any], Exportable] = exportable,
    name: str = "model",
) -> pathlib.Path:
    """See `export`, whose arguments these are once they were looked at.

    Args:
        model, folder, formats, precision, progress: as there.
        threads: what the files tell their readers.
        make: which part of the model a file holds, model -> `Exportable`.
        name: of the files, without their endings.
    """
    folder = pathlib.Path(folder)
    exported = make(model)
    _refuse_what_is_no_answer(exported)
    twin = None
    tell = teller(progress) or (lambda _: None)
    for number, format_name in enumerate(formats):
        tell(Progress(format_name, number, len(formats)))
        row = FORMATS[format_name]
        own = precision if precision in row.precisions else "float32"
        source = exported
        if PRECISIONS[own].rows is not None:
            twin = source = twin or _in_few_bits(model, exported, own, make)
        # golden examples among it; of a translation, which is right or is not, those of the twin
        of_twin = PRECISIONS[own].of_twin or exported.metadata.task.startswith("translation")
        metadata = (source if of_twin else exported).metadata
        if metadata.task != "tokenization":
            metadata = dataclasses.replace(metadata, precision=own, tolerance=PRECISIONS[own].tolerance)
        metadata = dataclasses.replace(metadata, threads=threads)
        with atomic_path(folder / row.file.replace("model.", f"{name}.")) as temporary, native_logs.quiet():
            row.save(source.told_as(metadata), temporary)
            check_opening(row, temporary, source.keras_model)
    tell(Progress(formats[-1], len(formats), len(formats)))
    return folder


def _in_few_bits(model, exported, precision, make):
    twin = packed(model, precision)
    return exported if twin is model else make(twin)


def _refuse_what_is_no_answer(exported):
    names = not_finite(exported.keras_model)
    if names:
        raise ValueError(
            f"A model that is exported must have finite weights. Received: NaN or infinite numbers in "
            f"{cut(', '.join(names[:3]))}. Train again with a lower learning rate, or load an earlier file."
        )
    if told := exported.metadata.contradiction():
        raise ValueError(f"The parts of an exported model must fit together. Received: {told}.")
