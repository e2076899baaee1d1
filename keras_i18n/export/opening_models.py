"""One opener for what a user calls a model: saved or exported."""

from typing import Any

from keras_i18n.export.exporting import load_exported
from keras_i18n.models import load
from keras_i18n.models.saving.file_kind import SAVED, file_kind
from keras_i18n.opening import checked_path
from keras_i18n.protocols import Path


def open_file(path: Path) -> Any:
    """A saved model (`keras_i18n.load`) or a runner of an exported file (`keras_i18n.load_exported`).

    Args:
        path: a `.keras` file or an exported file; of SavedModel the folder.

    Raises:
        FileNotFoundError: nothing is there. ValueError: damaged, or no file of this package.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.tflite"
    >>> path.write_bytes(b"...")
    3
    >>> open_file(path)
    Traceback (most recent call last):
    ...
    ValueError: ...
    """
    path = checked_path(path, kind="model file", folders=True)
    kind = file_kind(path)
    is_model = path.suffix == ".keras" if kind == "" else kind in (*SAVED, "Keras model")
    return load(path) if is_model else load_exported(path)
