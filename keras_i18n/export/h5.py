"""The HDF5 format: Keras' own file, the metadata as a data set, a digest of the whole behind it."""

import hashlib
import logging
import os

import h5py
import numpy as np

from keras_i18n.export.exportable import Exportable
from keras_i18n.export.keras_file import keras_runner
from keras_i18n.export.metadata import MEMBER, MOST_BYTES, Metadata
from keras_i18n.export.precisions import FEW_BITS
from keras_i18n.export.runner import Runner
from keras_i18n.models.saving import h5_contents, trusted_config
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

PRECISIONS = ("float32", *FEW_BITS)
_MARK = b"\nkeras_i18n sha256 "  # readers of HDF5 do not look behind the end that the file's head tells
_TAIL = len(_MARK) + 64
_CONFIG = "model_config"


def save(exported: Exportable, path: Path) -> None:
    """Writes one file that `keras.saving.load_model` reads, once `keras_i18n.layers` is imported."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)  # Keras calls the format old at each save; whoever asks for it knows
    try:
        exported.keras_model.save(path)
    finally:
        logger.setLevel(level)
    with h5py.File(path, "r+") as file:
        # A data set and not an attribute: attributes end at 64 KB.
        file.create_dataset(MEMBER, data=np.frombuffer(exported.metadata.to_json().encode("ascii"), "uint8"))
    digest = _sha256(path, os.path.getsize(path))
    with open(path, "ab") as file:
        file.write(_MARK + digest.encode())


def load(path: Path) -> Runner:
    """Opens the file with h5py and Keras, safe mode on; the digest of its bytes is compared before."""
    size = os.path.getsize(path) - _TAIL
    with open(path, "rb") as file:
        file.seek(max(size, 0))
        tail = file.read(_TAIL)
    if not tail.startswith(_MARK):
        raise ValueError(
            f"'{path}' must be an .h5 file that keras_i18n exported: it has no digest at its end. It was cut short or "
            "written by something else. `keras.saving.load_model` opens other models of Keras."
        )
    if tail[len(_MARK) :].decode("ascii", "replace") != _sha256(path, size):
        raise ValueError(
            f"'{path}' is damaged or was changed after it was exported: its digest differs from the one at its end. "
            "Export the model again."
        )
    try:
        with h5py.File(path, "r") as file:
            h5_contents.check(file, size)
            stored = file.get(MEMBER)
            if not isinstance(stored, h5py.Dataset) or stored.dtype != "uint8" or stored.nbytes > MOST_BYTES:
                raise ValueError(f"it has no {MEMBER}, or one of another kind")
            metadata = Metadata.from_json(bytes(stored[()]).decode("ascii"), path)
            trusted_config.check(file.attrs.get(_CONFIG, ""), most_numbers=size)
    except (OSError, ValueError) as error:
        if str(path) in str(error):
            raise
        raise ValueError(f"'{path}' must be an .h5 file that keras_i18n exported. Received: {cut(error)}.") from error
    return keras_runner(path, metadata)


def _sha256(path, size):
    """Hex digest of the first `size` bytes of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while size > 0 and (block := file.read(min(size, 1 << 20))):
            digest.update(block)
            size -= len(block)
    return digest.hexdigest()
