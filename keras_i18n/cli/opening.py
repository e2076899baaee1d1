"""Opens what the commands are given: data sets and models."""

import os
import pathlib
import zipfile
from typing import Any

_SAMPLE = "sample:"


def open_dataset(
    source: str, *, text: str = "text", label: str = "label", language: str = "language", part: str = "train"
) -> Any:
    """A data set from a file, or from the embedded samples (`sample:assistant`, of which `part` is taken)."""
    from keras_i18n import datasets

    if source.startswith(_SAMPLE):
        train, test = datasets.sample(source.removeprefix(_SAMPLE))
        return {"train": train, "test": test}[part]
    return datasets.read(source, text=text, label=label, language=language)


def open_model(path: str | os.PathLike[str]) -> Any:
    """A saved model (.keras), or a runner of an exported file."""
    import keras_i18n

    path = pathlib.Path(path)
    if path.suffix == ".keras" and not _is_exported(path):
        return keras_i18n.load(path)
    return keras_i18n.load_exported(path)


def _is_exported(path):
    from keras_i18n.export.metadata import MEMBER

    try:
        with zipfile.ZipFile(path) as archive:
            return b'"contract"' in archive.read(MEMBER)
    except (OSError, KeyError, zipfile.BadZipFile):
        return False
