"""The one way to copy a network, whole or with other layers in some places."""

from collections.abc import Callable

import keras

from keras_i18n.forked import refuse_forked


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
