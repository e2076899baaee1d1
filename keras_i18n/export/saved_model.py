"""SavedModel: endpoints `serve` (raw input) and, of texts, `serve_text` (strings), the metadata as an asset."""

import hashlib
import pathlib

import tensorflow as tf

from keras_i18n.export import saved_model_contents
from keras_i18n.export.exportable import Exportable
from keras_i18n.export.metadata import MEMBER, Metadata
from keras_i18n.export.precisions import FEW_BITS
from keras_i18n.export.runner import Runner
from keras_i18n.export.runners import runner_of
from keras_i18n.forked import refuse_forked
from keras_i18n.leftovers import temporary_folder
from keras_i18n.protocols import Path

PRECISIONS = ("float32", *FEW_BITS)
_TEXTS = tf.TensorSpec([None], tf.string, name="texts")


def save(exported: Exportable, path: Path) -> None:
    """Writes a folder, and looks through it as `load` will.

    Raises:
        ValueError: the model needs an operator that `load` would refuse.
    """
    write(exported, path)
    saved_model_contents.check(
        path,
        MEMBER,
        way_out="Use layers of keras_i18n or Keras in place of those that need it, or choose other `formats`",
    )


def write(exported: Exportable, path: Path, *, strings: bool = True) -> None:
    """Writes a folder, with `serve_text` unless `strings` is False, as for a converter.

    Weights are stored once: a `tf.Module` of our own tracks them, where `keras.Model.export` of
    Keras 3.15 stores them twice."""
    module = tf.Module()
    module.weights = [weight.value for weight in exported.keras_model.weights]
    module.serve = exported.serve
    signatures = {"serving_default": module.serve, "serve": module.serve}
    if strings and [spec.name for spec in exported.inputs] == ["codepoints"]:
        module.serve_text = signatures["serve_text"] = _serve_text(exported)
    with temporary_folder("metadata") as folder:
        asset = folder / MEMBER
        asset.write_text(exported.metadata.to_json(), encoding="ascii")
        module.metadata = tf.saved_model.Asset(str(asset))
        tf.saved_model.save(module, str(path), signatures=signatures)
    metadata = exported.metadata.sealed(_content_sha256(path))
    (pathlib.Path(path) / "assets" / MEMBER).write_text(metadata.to_json(), encoding="ascii")


def _serve_text(exported):
    @tf.function(input_signature=[_TEXTS], autograph=False)
    def serve_text(texts):
        decoded = tf.strings.unicode_decode(texts, "UTF-8", errors="replace")
        codepoints = decoded.to_tensor(default_value=0)
        # a batch of empty texts has no column at all
        return exported.serve(tf.pad(codepoints, [[0, 0], [0, 1]]))

    return serve_text


def _content_sha256(path):
    digest = hashlib.sha256()
    for name in saved_model_contents.CONTENT:
        with open(pathlib.Path(path) / name, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def load(path: Path) -> Runner:
    """Opens the folder with `tf.saved_model.load`, once all that it holds was seen to compute and do nothing else."""
    asset = pathlib.Path(path) / "assets" / MEMBER
    if not asset.is_file():
        raise ValueError(f"'{path}' must be a SavedModel that keras_i18n exported: it has no assets/{MEMBER}.")
    operators = saved_model_contents.check(path, MEMBER)
    metadata = Metadata.from_json(asset.read_text(encoding="ascii"), path)
    metadata.check_seal(_content_sha256(path), path)
    refuse_forked()
    try:
        loaded = tf.saved_model.load(str(path))
    except Exception as error:
        raise ValueError(f"The SavedModel '{path}' is damaged: {error}") from error

    def run(**inputs):
        refuse_forked()
        outputs = loaded.signatures["serving_default"](**{name: tf.constant(value) for name, value in inputs.items()})
        return [outputs[name].numpy() for name in metadata.outputs]

    return runner_of(path, metadata, run, operators)
