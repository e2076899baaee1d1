"""A network of Keras' own layers as one that leaves for every runtime."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_i18n import keras_privates, layers
from keras_i18n.protocols import Tensor

# Keras' layer -> the one of this package with the same weights and results, that exports
SUBSTITUTES: dict[str, Callable[..., keras.layers.Layer]] = {
    "GRU": layers.GRU,
    "GlobalAveragePooling1D": layers.GlobalAveragePooling1D,
    "LSTM": layers.LSTM,
    "SimpleRNN": layers.SimpleRNN,
}


def portable(
    network: keras.Model,
    *,
    inputs: Sequence[Tensor] | None = None,
    replace: Callable[[keras.layers.Layer], keras.layers.Layer | None] = lambda layer: None,
) -> keras.Model:
    """A copy of a functional network that leaves for every runtime, with the same weights and answers.

    Recurrent layers and the mean over tokens become those of this package. The hidden masks of
    `Embedding(mask_zero=True)`, which not every file keeps, become tensors of the network. Of a text that is padding
    only, a mean gives zeros where Keras' own gives no number.

    Args:
        network: functional or sequential `keras.Model`; models inside of it are treated alike. It stays as it is.
        inputs: other inputs that the copy takes, `keras.Input`s; None for such as the network has.
        replace: layer -> another layer to stand in its place, whose weights are left as they are, or None.

    Returns:
        A functional `keras.Model`, not compiled; no weights are shared.

    Raises:
        ValueError: for a model of another kind.

    Example:

    >>> import keras
    >>> from keras_i18n import networks
    >>> ids = keras.Input((None,), dtype="int32")
    >>> vectors = keras.layers.Embedding(50, 8, mask_zero=True)(ids)
    >>> network = networks.portable(keras.Model(ids, keras.layers.LSTM(4)(vectors)))
    >>> type(network.layers[-1]).__module__
    'keras_i18n.layers.lstm'
    """
    if not hasattr(network, "inputs") or not keras_privates.is_functional(network):
        raise ValueError(
            "`network` must be a functional or sequential keras.Model that was built. "
            f"Received: {type(network).__name__}, whose layers cannot be told apart. Write it as a functional model: "
            "keras.Model(inputs, outputs)."
        )
    made, kept = {}, set()

    def substituted(layer):
        if id(layer) not in made:
            other = replace(layer)
            if other is not None:
                kept.add(id(layer))
            made[id(layer)] = _substitute(layer) if other is None else other
        return made[id(layer)]

    flat = keras.Model(network.inputs, network.outputs, name=network.name)
    given = None if inputs is None else list(inputs)
    copy = keras.models.clone_model(flat, input_tensors=given, clone_function=substituted, call_function=_called)
    for layer in flat.layers:
        if layer.weights and id(layer) in made.keys() - kept and not keras_privates.is_functional(layer):
            made[id(layer)].set_weights(layer.get_weights())
    return keras.Model(_alone(copy.inputs), _alone(copy.outputs), name=network.name)


def _alone(tensors):
    return tensors[0] if len(tensors) == 1 else tensors


def _substitute(layer):
    if keras_privates.is_functional(layer):
        return portable(layer)
    config = layer.get_config()
    if type(layer).__name__ == "Bidirectional" and type(layer).__module__.startswith("keras."):
        return layers.Bidirectional(
            _substitute(layer.forward_layer),
            merge_mode=layer.merge_mode,
            backward_layer=_substitute(layer.backward_layer),
            name=layer.name,
        )
    if type(layer).__module__.startswith("keras."):
        kind = SUBSTITUTES.get(type(layer).__name__, type(layer))
    else:
        kind = type(layer)
    return kind.from_config(config)


def _called(layer: Any, *args: Any, **kwargs: Any) -> Any:
    """Calls a layer of the copy. What Keras computed of masks by itself becomes a layer, which every file keeps."""
    if type(layer).__name__ == "NotEqual" and len(args) == 2 and isinstance(args[1], int):
        return layers.PaddingMask(padding_id=args[1])(args[0])
    if type(layer).__name__ == "LogicalOr" and args[0] is args[1]:  # of two tensors with one mask
        return args[0]
    return layer(*args, **kwargs)
