"""A model's twin whose tables of token vectors are bytes, a step for each row: what an int8 export starts from."""

from typing import Any

import keras

from keras_i18n import layers, networks
from keras_i18n.keras_privates import call_inputs


def packed(model: Any) -> Any:
    """The same model with a `PackedEmbedding` in place of each `MultilingualEmbedding` that is only looked up in.

    Tables that are also an output projection, or that add language vectors, stay as they are; so does what holds no
    network. Nothing of `model` is changed or shared.
    """
    return model.with_networks(_packed_network) if hasattr(model, "with_networks") else model


def _packed_network(network: keras.Model) -> keras.Model:
    if not any(map(_can_be_packed, network.layers)):
        return network
    return networks.copy_network(
        network, replace=lambda layer: layers.PackedEmbedding.of(layer) if _can_be_packed(layer) else None
    )


def _can_be_packed(layer):
    return (
        isinstance(layer, layers.MultilingualEmbedding) and not layer.language_vectors and len(call_inputs(layer)) == 1
    )
