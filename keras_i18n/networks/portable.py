"""A network of Keras' own layers as one that leaves for every runtime."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_i18n import keras_privates, layers
from keras_i18n.networks import keras_hub_layers
from keras_i18n.protocols import Tensor

# Keras' layer -> the one of this package with the same weights and results, that exports
SUBSTITUTES: dict[str, Callable[..., keras.layers.Layer]] = {
    "GRU": layers.GRU,
    "GlobalAveragePooling1D": layers.GlobalAveragePooling1D,
    "LSTM": layers.LSTM,
    "SimpleRNN": layers.SimpleRNN,
}

# operator that `keras.ops` records -> a layer: Keras writes operators to .h5, and cannot read them there
ACTIVATIONS = {
    "Gelu": "gelu",
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Silu": "silu",
    "Softplus": "softplus",
    "Tanh": "tanh",
}
OF_TWO = {
    "Add": keras.layers.Add,
    "Maximum": keras.layers.Maximum,
    "Minimum": keras.layers.Minimum,
    "Multiply": keras.layers.Multiply,
    "Subtract": keras.layers.Subtract,
}
# with a number: (scale, offset)
WITH_A_NUMBER = {"Add": lambda number: (1.0, number), "Multiply": lambda number: (number, 0.0)}


def portable(
    network: keras.Model,
    *,
    inputs: Sequence[Tensor] | None = None,
    replace: Callable[[keras.layers.Layer], keras.layers.Layer | None] = lambda layer: None,
) -> keras.Model:
    """A copy of a functional network that leaves for every runtime, with the same weights and answers.

    Recurrent layers and the mean over tokens become those of this package. The hidden masks of
    `Embedding(mask_zero=True)`, which not every file keeps, become tensors of the network. Of a text that is padding
    only, a mean gives zeros where Keras' own gives no number. Layers of KerasHub become those of this package, so that
    no file needs KerasHub to be opened, and its backbones come apart into their layers.

    Args:
        network: functional or sequential `keras.Model`; models inside of it are treated alike. It stays as it is.
        inputs: tensors that the copy reads in place of the network's inputs, made of `keras.Input`s; None for inputs such as
            the network has.
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
    made, kept, in_parts = {}, set(), set()

    def substituted(layer):
        if id(layer) not in made:
            other = replace(layer)
            if other is None:
                other = keras_hub_layers.substitute(layer)
                if other is not None and keras_privates.is_functional(other):  # several layers in place of one
                    in_parts.add(id(other))
            if other is not None:
                kept.add(id(layer))
            made[id(layer)] = _substitute(layer) if other is None else other
        return made[id(layer)]

    def inlined(layer):
        return layer if keras_hub_layers.is_whole_model(layer) else substituted(layer)

    def called(layer, *args, **kwargs):
        if keras_hub_layers.is_whole_model(layer):
            given = keras.tree.flatten(args[0] if args else kwargs)
            return keras_privates.run_through(layer, given, inlined, called)
        if id(layer) in in_parts:
            return keras_privates.run_through(layer, args, lambda part: part, _called)
        return _called(layer, *args, **kwargs)

    if inputs is None:
        inputs = [keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name) for tensor in network.inputs]
    outputs = keras_privates.run_through(network, inputs, inlined, called)
    for layer in _layers_of(network):
        if layer.weights and id(layer) in made.keys() - kept and not keras_privates.is_functional(layer):
            made[id(layer)].set_weights(layer.get_weights())
    sources = [keras_privates.source_inputs(tensor) for tensor in inputs]
    taken = list({id(tensor): tensor for found in sources for tensor in found}.values())
    return keras.Model(_alone(taken), _alone(keras.tree.flatten(outputs)), name=network.name)


def _layers_of(network):
    """The layers of a network, and in place of a model of KerasHub its own."""
    for layer in network.layers:
        if keras_hub_layers.is_whole_model(layer):
            yield from _layers_of(layer)
        else:
            yield layer


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
    if type(layer).__name__ == "GetItem" and len(args[0].shape) == 3:
        place = args[1]
        whole = [part == slice(None) for part in place] if isinstance(place, tuple) else []
        if whole in ([True, False], [True, False, True]) and isinstance(place[1], int):
            return layers.VectorAt(place[1])(args[0])
    if not isinstance(layer, keras.layers.Layer):
        other = _layer_of(layer, args)
        if other is not None:
            return other
    if type(layer).__module__.startswith("keras_i18n."):
        kwargs = keras_hub_layers.renamed(kwargs)
    return layer(*args, **kwargs)


def _layer_of(operator, args):
    """What a layer gives in place of an operator on tensors; None where none does just that."""
    name = type(operator).__name__
    if name in ACTIVATIONS and len(args) == 1 and getattr(operator, "approximate", False) is False:
        return keras.layers.Activation(ACTIVATIONS[name])(args[0])
    tensors = [one for one in args if keras.backend.is_keras_tensor(one)]
    numbers = [float(one) for one in args if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if name in WITH_A_NUMBER and len(tensors) == len(numbers) == 1 and tensors[0].dtype == "float32":
        return keras.layers.Rescaling(*WITH_A_NUMBER[name](numbers[0]))(tensors[0])
    # of tensors with other axes a layer makes something else
    alike = len(tensors) == len(args) == 2 and tensors[0].shape == tensors[1].shape
    return OF_TWO[name]()(tensors) if name in OF_TWO and alike and tensors[0].dtype == tensors[1].dtype else None
