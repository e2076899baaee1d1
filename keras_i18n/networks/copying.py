"""The one way to copy a network, whole or with other layers in some places."""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from keras_i18n.forked import refuse_forked
from keras_i18n.keras_privates import run_through


def copy_network(
    network: keras.Model, *, replace: Callable[[keras.layers.Layer], keras.layers.Layer | None] = lambda layer: None
) -> keras.Model:
    """A network of the same layers and weights, none of them shared.

    Args:
        network: functional `keras.Model`.
        replace: layer -> another layer to stand in its place, whose weights are left as they are, or None.

    Returns:
        A `keras.Model` of the same name. It is not compiled.

    Example:

    >>> import keras_i18n as ki
    >>> network = ki.networks.pooling(vocabulary_size=50, num_labels=3, size="tiny")
    >>> copy = copy_network(network)
    >>> bool((copy.get_weights()[0] == network.get_weights()[0]).all()), copy.weights[0] is network.weights[0]
    (True, False)
    """
    refuse_forked()
    new = set()

    def copied(layer):
        other = replace(layer)
        if other is None:
            return type(layer).from_config(layer.get_config())
        new.add(layer.name)
        return other

    copy = keras.models.clone_model(network, clone_function=copied)
    for layer in network.layers:
        if layer.name not in new and layer.weights:  # an input without a name of its own gets another
            copy.get_layer(layer.name).set_weights(layer.get_weights())
    copy.name = network.name
    return copy


def copy_with_calls(
    network: keras.Model,
    call: Callable[..., Any],
    replaced: Mapping[str, keras.layers.Layer] | None = None,
) -> keras.Model:
    """A network of token ids whose graph is run through anew, with other calls in some places; no weight is shared.

    Args:
        network: functional `keras.Model` with one input.
        call: (layer of the copy, the copy's token ids, what the layer is called with) -> what stands for its output.
        replaced: name -> the layer that takes its place, whose weights are left as they are.

    Example:

    >>> import keras_i18n as ki
    >>> network = ki.networks.pooling(vocabulary_size=50, num_labels=3, size="tiny")
    >>> copy = copy_with_calls(network, lambda layer, token_ids, *given, **options: layer(*given, **options))
    >>> bool((copy.get_weights()[0] == network.get_weights()[0]).all())
    True
    """
    refuse_forked()
    copies = dict(replaced or {})

    def layer_of(layer):
        if layer.name not in copies:
            copies[layer.name] = type(layer).from_config(layer.get_config())
        return copies[layer.name]

    token_ids = keras.Input((None,), dtype="int32", name=network.inputs[0].name)
    output = run_through(
        network, [token_ids], layer_of, lambda layer, *given, **options: call(layer, token_ids, *given, **options)
    )
    copy = keras.Model(token_ids, output, name=network.name)
    for layer in copy.layers:
        if layer.weights and layer.name not in (replaced or {}):
            layer.set_weights(network.get_layer(layer.name).get_weights())
    return copy


def uncompiled(network: keras.Model) -> keras.Model:
    """The same network without what its training added: the layers and their weights are shared.

    What `compile` leaves, an optimizer with two numbers for each weight among it, belongs into no file and no other
    network. A class of the user's own is left as it is.

    Args:
        network: `keras.Model`.

    Example:

    >>> import keras_i18n as ki
    >>> network = ki.networks.pooling(vocabulary_size=50, num_labels=3, size="tiny")
    >>> network.compile("adam", "categorical_crossentropy")
    >>> plain = uncompiled(network)
    >>> plain.compiled, plain.weights[0] is network.weights[0]
    (False, True)
    """
    if not network.compiled or type(network).__module__.split(".")[0] != "keras":
        return network
    if isinstance(network, keras.Sequential):
        return keras.Sequential([keras.Input(tensor=network.inputs[0]), *network.layers], name=network.name)
    return keras.Model(network.input, network.output, name=network.name)
