"""Opens what the commands are given: data sets and models."""

import os
import pathlib
from typing import Any

import typer

from keras_i18n.shown import cut

_SAMPLE = "sample:"
# the quickest to open first
_PREFERRED = ("model.tflite", "model.onnx", "model.keras", "model.h5", "saved_model")


def open_dataset(
    source: str,
    *,
    text: str = "text",
    label: str | None = "label",
    language: str = "language",
    label_separator: str | None = None,
    labels_may_lack: bool = False,
    encoding: str = "utf-8",
    part: str = "train",
) -> Any:
    """A data set from a file, or from the embedded samples (`sample:assistant`, of which `part` is taken).

    A command that reads texts alone passes label=None, one that tells more with labels `labels_may_lack`: a file without
    labels is enough for it.
    """
    from keras_i18n import datasets

    if source.startswith(_SAMPLE):
        train, test = datasets.sample(source.removeprefix(_SAMPLE))
        return {"train": train, "test": test}[part]
    columns: dict[str, Any] = {"text": text, "label": label, "language": language, "label_separator": label_separator}
    return datasets.read(source, **columns, labels_may_lack=labels_may_lack, encoding=encoding)


def open_model(path: str | os.PathLike[str]) -> Any:
    """A saved model (.keras), or a runner of an exported file; of a folder of exports, of the first that is there."""
    import keras_i18n

    folder, path = path, _file_of(pathlib.Path(path))
    if str(folder) != str(path):
        typer.echo(f"of '{folder}' its {path.name} is taken", err=True)
    return keras_i18n.export.open_file(path)


def _file_of(path):
    """The path, or the exported file in a folder of them."""
    if not path.is_dir() or (path / "saved_model.pb").exists():
        return path
    there = [path / name for name in _PREFERRED if (path / name).exists()]
    if not there:
        raise ValueError(
            f"A folder must hold one of {', '.join(_PREFERRED)}. Received: '{cut(path)}', which has none of them. "
            "Name the file."
        )
    return there[0]
