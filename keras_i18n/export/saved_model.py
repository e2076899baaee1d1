"""SavedModel: endpoints `serve` (code points) and `serve_text` (strings), the metadata as an asset."""

import pathlib
import tempfile

import tensorflow as tf

from keras_i18n.export.metadata import MEMBER, Metadata
from keras_i18n.export.runner import Runner

PRECISIONS = ("float32",)
_CODEPOINTS = tf.TensorSpec([None, None], tf.int32, name="codepoints")
_TEXTS = tf.TensorSpec([None], tf.string, name="texts")


def save(text_in, path):
    """Writes a folder. Weights are stored once: a `tf.Module` of our own tracks them, where `keras.Model.export` of
    Keras 3.15 stores them twice."""
    module = tf.Module()
    module.weights = [weight.value for weight in text_in.keras_model.weights]
    module.serve = tf.function(text_in.outputs_of, input_signature=[_CODEPOINTS])

    @tf.function(input_signature=[_TEXTS])
    def serve_text(texts):
        decoded = tf.strings.unicode_decode(texts, "UTF-8", errors="replace")
        codepoints = decoded.to_tensor(default_value=0)
        # a batch of empty texts has no column at all
        return text_in.outputs_of(tf.pad(codepoints, [[0, 0], [0, 1]]))

    module.serve_text = serve_text
    with tempfile.TemporaryDirectory() as folder:
        asset = pathlib.Path(folder) / MEMBER
        asset.write_text(text_in.metadata.to_json(), encoding="ascii")
        module.metadata = tf.saved_model.Asset(str(asset))
        signatures = {"serving_default": module.serve, "serve": module.serve, "serve_text": module.serve_text}
        tf.saved_model.save(module, str(path), signatures=signatures)


def load(path):
    """Opens the folder with `tf.saved_model.load`."""
    asset = pathlib.Path(path) / "assets" / MEMBER
    if not asset.is_file():
        raise ValueError(f"'{path}' must be a SavedModel that keras_i18n exported: it has no assets/{MEMBER}.")
    metadata = Metadata.from_json(asset.read_text(encoding="ascii"), path)
    try:
        loaded = tf.saved_model.load(str(path))
    except Exception as error:
        raise ValueError(f"The SavedModel '{path}' is damaged: {error}") from error

    def run(codepoints):
        outputs = loaded.serve(tf.constant(codepoints))
        return [outputs[name].numpy() for name in metadata.outputs]

    return Runner(path, metadata, run)
