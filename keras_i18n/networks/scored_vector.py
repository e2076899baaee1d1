"""The vector of a text that a network makes its scores of."""

from typing import Any

import keras

from keras_i18n import keras_privates, layers
from keras_i18n.protocols import Tensor


def scored_vector(network: keras.Model) -> keras.Model | None:
    """The part of a network up to the vector that its last weights read, scaled to length 1.

    What stands between these weights and the scores (activations, dropout) has none. Layers and weights are shared with the
    network: training the part trains the network.

    Args:
        network: functional `keras.Model`, token ids -> scores.

    Returns:
        Functional `keras.Model`, token ids -> `(batch, dim)`; None where the last weights are not those of one layer that
        reads one vector a text.

    >>> import keras_i18n as ki
    >>> network = ki.networks.build("pooling", vocabulary_size=50, num_labels=3, size="tiny")
    >>> scored_vector(network).output_shape[-1] == network.get_layer("scores").kernel.shape[0]
    True
    """
    readers = _last_with_weights(network.outputs[0])
    if len({id(layer) for layer, _ in readers}) != 1:
        return None
    layer, given = readers[0]
    if not isinstance(layer, keras.layers.Dense) or len(given) != 1 or len(given[0].shape) != 2:
        return None
    vector = layers.UnitLength(dtype="float32", name="scored_vector")(given[0])
    return keras.Model(network.inputs[0], vector, name=f"{network.name}_vector")


def _last_with_weights(tensor: Tensor) -> list[tuple[Any, list[Tensor]]]:
    """(layer, what it reads) of the layers with weights that are met first on the ways back from a tensor."""
    layer, given = keras_privates.made_by(tensor)
    if getattr(layer, "weights", None):
        return [(layer, given)]
    return [found for source in given for found in _last_with_weights(source)]
