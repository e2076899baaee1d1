"""The .keras format: Keras' own archive, the metadata as one more member."""

import zipfile

import keras
import tensorflow as tf

from keras_i18n import layers  # registers the layers that the file names
from keras_i18n.export.exportable import Exportable
from keras_i18n.export.metadata import MEMBER, Metadata
from keras_i18n.export.runner import Runner
from keras_i18n.export.runners import runner_of
from keras_i18n.protocols import Path

PRECISIONS = ("float32",)


def save(exported: Exportable, path: Path) -> None:
    """Writes one file that `keras.saving.load_model` reads, once `keras_i18n.layers` is imported."""
    exported.keras_model.save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(MEMBER, exported.metadata.to_json())


def load(path: Path) -> Runner:
    """Opens the file with Keras, safe mode on; every member's checksum is checked first."""
    try:
        with zipfile.ZipFile(path) as archive:
            if MEMBER not in archive.namelist():
                raise ValueError(f"'{path}' must be a model that keras_i18n exported: it has no {MEMBER}.")
            damaged = archive.testzip()
            metadata = Metadata.from_json(archive.read(MEMBER).decode("ascii"), path)
    except zipfile.BadZipFile as error:
        raise ValueError(f"'{path}' is damaged or no .keras file: {error}.") from error
    if damaged:
        raise ValueError(f"'{path}' is damaged: the checksum of its member '{damaged}' is wrong.")
    return keras_runner(path, metadata)


def keras_runner(path: Path, metadata: Metadata) -> Runner:
    """A runner over a file that Keras loads."""
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True, custom_objects=_our_layers())
    except Exception as error:
        raise ValueError(f"The model in '{path}' cannot be rebuilt: {error}") from error

    names = [tensor.name for tensor in model.inputs]

    # As a graph: step by step, the loops of a tokenizer take up to a hundred times as long.
    @tf.function(input_signature=[tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in model.inputs])
    def forward(*given):
        outputs = model(given[0] if len(given) == 1 else list(given), training=False)
        return outputs if isinstance(outputs, (list, tuple)) else [outputs]

    def run(**inputs):
        return [output.numpy() for output in forward(*(tf.constant(inputs[name]) for name in names))]

    return runner_of(path, metadata, run)


def _our_layers():
    return {name: getattr(layers, name) for name in layers.__all__ if isinstance(getattr(layers, name), type)}
