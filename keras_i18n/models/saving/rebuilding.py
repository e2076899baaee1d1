"""Whether a network can be built again from its own description, as whoever opens a file of it has to."""

import json
from typing import Any

import keras
import numpy as np

from keras_i18n.keras_privates import all_layers
from keras_i18n.models.saving import trusted_config

_WAY_OUT = (
    "Write it as a class of your own with `get_config`, decorated with keras.saving.register_keras_serializable(), or "
    "use the layers of Keras and of keras_i18n.layers"
)
_SAME = 1e-5


def check_rebuilding(network: keras.Model) -> None:
    """Builds a network again from its description, as a reader does, and compares the two.

    Args:
        network: `keras.Model`.

    Raises:
        ValueError: it cannot be built again, or answers otherwise then; the layer is named where one is to blame.
    """
    try:
        twin = _rebuilt(network)
        _same_weights(network, twin)
    except Exception as error:
        raise ValueError(
            f"A saved network must be built again from its file, and '{network.name}' cannot be: "
            f"{culprits(network) or first_lines(error)}. {_WAY_OUT}. Nothing was written."
        ) from error
    inputs = [_example(tensor) for tensor in network.inputs]
    expected, received = (_outputs(model, inputs) for model in (network, twin))
    for one, other in zip(expected, received, strict=True):
        scale = max(1.0, np.abs(one).max(initial=0.0))
        if one.shape != other.shape or np.abs(one - other).max(initial=0.0) > _SAME * scale:
            raise ValueError(
                f"A saved network must answer as before when it is built again from its file. '{network.name}' does not: "
                "a layer of it has a `get_config` that lacks one of its arguments. Nothing was written."
            )


def culprits(network: keras.Model) -> Any:
    """Which layers of a network cannot be built again, and why, as text; empty where each of them can."""
    told = []
    for layer in all_layers(network):
        if isinstance(layer, keras.Model):
            continue
        try:
            _deserialized(layer)
        except Exception as error:
            told.append(f"layer '{layer.name}' ({type(layer).__name__}): {first_lines(error)}")
    return "; ".join(told[:3])


def first_lines(error: BaseException) -> str:
    """The beginning of what an error says, in one line."""
    return " ".join(str(error).split())[:240].rstrip(".")


def _rebuilt(network):
    config = json.dumps(keras.saving.serialize_keras_object(network))
    trusted_config.check(config)
    return keras.saving.deserialize_keras_object(json.loads(config), safe_mode=True)


def _deserialized(layer):
    config = json.dumps(keras.saving.serialize_keras_object(layer))
    trusted_config.check(config)
    keras.saving.deserialize_keras_object(json.loads(config), safe_mode=True)


def _same_weights(network, twin):
    shapes, others = ([tuple(weight.shape) for weight in model.weights] for model in (network, twin))
    if shapes != others:
        raise ValueError(f"its weights have the shapes {shapes}, built again {others}")
    for one, other in zip(network.weights, twin.weights, strict=True):
        other.assign(one)


def _example(tensor):
    """Small input of a shape: two rows, five places where any number fits."""
    shape = [2, *(size or 5 for size in tensor.shape[1:])]
    if "int" in tensor.dtype:
        return (np.arange(np.prod(shape)) % 2).reshape(shape).astype(tensor.dtype)
    return np.random.default_rng(0).random(shape).astype(tensor.dtype)


def _outputs(network, inputs):
    outputs = network(inputs[0] if len(inputs) == 1 else inputs, training=False)
    return [keras.ops.convert_to_numpy(output).astype("float64") for output in keras.tree.flatten(outputs)]
