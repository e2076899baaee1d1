"""A model's twin whose tables of token vectors are bytes, a step for each row: what an int8 export starts from."""

from typing import Any

import keras

from keras_i18n import layers
from keras_i18n.keras_privates import call_inputs
from keras_i18n.models import TextModel


def packed(model: Any) -> Any:
    """The same model with a `PackedEmbedding` in place of each `MultilingualEmbedding` that is only looked up in.

    Tables that are also an output projection, or that add language vectors, stay as they are; so does what holds no
    text model. Nothing of `model` is changed or shared.
    """
    if not isinstance(model, TextModel) or not any(map(_can_be_packed, model.network.layers)):
        return model
    network = keras.models.clone_model(model.network, clone_function=_clone)
    for layer, twin in zip(model.network.layers, network.layers, strict=True):
        if not isinstance(twin, layers.PackedEmbedding):
            twin.set_weights(layer.get_weights())
    return type(model).from_saved(tokenizer=model.tokenizer, network=network, config=model.to_config())


def _can_be_packed(layer):
    return (
        isinstance(layer, layers.MultilingualEmbedding) and not layer.language_vectors and len(call_inputs(layer)) == 1
    )


def _clone(layer):
    if _can_be_packed(layer):
        return layers.PackedEmbedding.of(layer)
    return type(layer).from_config(layer.get_config())
