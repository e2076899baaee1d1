"""The HDF5 format: Keras' own file, the metadata as an attribute."""

import logging

import h5py
import numpy as np

from keras_i18n.export.exportable import Exportable
from keras_i18n.export.keras_file import keras_runner
from keras_i18n.export.metadata import MEMBER, Metadata
from keras_i18n.export.runner import Runner
from keras_i18n.protocols import Path

PRECISIONS = ("float32",)


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


def load(path: Path) -> Runner:
    """Opens the file with h5py and Keras, safe mode on."""
    try:
        with h5py.File(path, "r") as file:
            stored = file.get(MEMBER)
            if not isinstance(stored, h5py.Dataset):
                raise ValueError(f"'{path}' must be a model that keras_i18n exported: it has no {MEMBER}.")
            metadata = Metadata.from_json(bytes(stored[()]).decode("ascii"), path)
    except OSError as error:
        raise ValueError(f"'{path}' is damaged or no .h5 file: {error}.") from error
    return keras_runner(path, metadata)
