"""The .keras format: Keras' own archive, the metadata as one more member."""

import hashlib
import io
import pathlib
import zipfile

import h5py
import keras
import tensorflow as tf

from keras_i18n import layers  # registers the layers that the file names
from keras_i18n.export.exportable import Exportable
from keras_i18n.export.metadata import MEMBER, MOST_BYTES, Metadata
from keras_i18n.export.precisions import FEW_BITS
from keras_i18n.export.runner import Runner
from keras_i18n.export.runners import runner_of
from keras_i18n.forked import refuse_forked
from keras_i18n.models.saving import h5_contents, trusted_config
from keras_i18n.protocols import Path
from keras_i18n.shown import shown

PRECISIONS = ("float32", *FEW_BITS)
_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_CONTENT = (_CONFIG, "metadata.json", _WEIGHTS)


def save(exported: Exportable, path: Path) -> None:
    """Writes one file that `keras.saving.load_model` reads, once `keras_i18n.layers` is imported."""
    exported.keras_model.save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(MEMBER, exported.metadata.sealed(_content_sha256(archive)).to_json())


def load(path: Path) -> Runner:
    """Opens the file with Keras, safe mode on; members, digest and the network's description are checked first."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path)
            metadata = Metadata.from_json(archive.read(MEMBER).decode("ascii"), path)
            metadata.check_seal(_content_sha256(archive), path)
            config, weights = archive.read(_CONFIG), archive.read(_WEIGHTS)
    except zipfile.BadZipFile as error:
        raise ValueError(f"'{path}' is damaged or no .keras file: {error}.") from error
    try:
        trusted_config.check(config, most_numbers=len(weights))
        with h5py.File(io.BytesIO(weights), "r") as file:
            h5_contents.check(file, len(weights))
    except (OSError, ValueError) as error:
        raise ValueError(f"The model in '{path}' cannot be rebuilt: {error}. Export the model again.") from error
    return keras_runner(path, metadata)


def _check_members(archive, path):
    members = archive.infolist()
    names = sorted(member.filename for member in members)
    if MEMBER not in names:
        raise ValueError(f"'{path}' must be a model that keras_i18n exported: it has no {MEMBER}.")
    if names != sorted((*_CONTENT, MEMBER)):
        unknown = sorted(set(names) - {*_CONTENT, MEMBER})
        raise ValueError(
            f"'{path}' must hold the members of a .keras file once and no others. Received: {shown(unknown[:5])}."
        )
    # Keras stores its members as they are: nothing in a model unpacks to more than it takes on the disk
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED or (
            member.filename != _WEIGHTS and member.file_size > MOST_BYTES
        ):
            raise ValueError(f"'{path}' has a member '{member.filename}' that is packed or too large.")
    if sum(member.file_size for member in members) > pathlib.Path(path).stat().st_size:
        raise ValueError(f"'{path}' claims to hold more than it has, and was not opened.")


def _content_sha256(archive):
    digest = hashlib.sha256()
    for name in _CONTENT:
        with archive.open(name) as member:
            digest.update(hashlib.file_digest(member, "sha256").digest())
    return digest.hexdigest()


def keras_runner(path: Path, metadata: Metadata) -> Runner:
    """A runner over a file that Keras loads."""
    refuse_forked()
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True, custom_objects=_our_layers())
    except Exception as error:
        raise ValueError(f"The model in '{path}' cannot be rebuilt: {error}") from error

    names = [tensor.name for tensor in model.inputs]

    # As a graph: step by step, the loops of a tokenizer take up to a hundred times as long.
    @tf.function(
        input_signature=[tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in model.inputs], autograph=False
    )
    def forward(*given):
        outputs = model(given[0] if len(given) == 1 else list(given), training=False)
        return outputs if isinstance(outputs, (list, tuple)) else [outputs]

    def run(**inputs):
        refuse_forked()
        return [output.numpy() for output in forward(*(tf.constant(inputs[name]) for name in names))]

    return runner_of(path, metadata, run)


def _our_layers():
    return {name: getattr(layers, name) for name in layers.__all__ if isinstance(getattr(layers, name), type)}
