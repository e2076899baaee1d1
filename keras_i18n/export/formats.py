"""The table of formats: to add one, write its file with `save` and `load`, and add a row."""

import dataclasses
import errno
import importlib
import os
import pathlib
import tempfile

from keras_i18n.export.exportable import Exportable
from keras_i18n.export.runner import Runner
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

_BESIDE_WEIGHTS = 1 << 20  # bytes of a file: its graph, its metadata
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclasses.dataclass(frozen=True)
class Format:
    """How a format is called and where its `save(exported, path)`, `load(path)` and `PRECISIONS` are."""

    file: str
    module: str
    told: str

    def _module(self):
        return importlib.import_module(f"{__package__}.{self.module}")

    @property
    def precisions(self) -> tuple[str, ...]:
        """Precisions that the format can hold."""
        return self._module().PRECISIONS

    def save(self, exported: Exportable, path: Path) -> None:
        """Writes an `Exportable`.

        Raises:
            OSError: the disk is full, whichever library met it.
        """
        try:
            self._module().save(exported, path)
        except Exception as error:
            # TensorFlow and HDF5 have errors of their own for what the system told them
            if isinstance(error, ValueError | TypeError) or getattr(error, "errno", None) in _FULL:
                raise
            if (number := _refused_for_room(pathlib.Path(path).parent, exported.keras_model)) is not None:
                raise OSError(number, os.strerror(number), str(path)) from error
            raise

    def load(self, path: Path) -> Runner:
        """Opens a file as a `Runner`."""
        return self._module().load(path)


def _refused_for_room(folder, model):
    """The number by which the system refuses a file as large as the model's weights; None where it takes one."""
    left = 4 * model.count_params() + _BESIDE_WEIGHTS
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            while left > 0:
                left -= probe.write(bytes(min(left, _BESIDE_WEIGHTS)))
            probe.flush()
    except OSError as error:
        return error.errno if error.errno in _FULL else None
    return None


FORMATS = {
    "saved_model": Format("saved_model", "saved_model", "TensorFlow Serving, tf.saved_model; also takes strings"),
    "h5": Format("model.h5", "h5", "Keras, HDF5"),
    "keras": Format("model.keras", "keras_file", "Keras"),
    "tflite": Format("model.tflite", "tflite", "LiteRT, Android, iOS, edge devices"),
    "onnx": Format("model.onnx", "onnx", "ONNX Runtime, servers, browsers"),
}


def format_of(path: pathlib.Path) -> Format:
    """The row of a path, by its ending; a folder is a SavedModel.

    Raises:
        ValueError: no format ends so.
    """
    suffix = "" if path.is_dir() else path.suffix
    for row in FORMATS.values():
        if suffix == (row.file[row.file.index(".") :] if "." in row.file else ""):
            return row
    endings = ", ".join(row.file for row in FORMATS.values())
    raise ValueError(f"`path` must be an exported file such as {endings}. Received: '{cut(path)}'.")
