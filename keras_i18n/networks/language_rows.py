"""More rows for a network's token table."""

import keras
import numpy as np

from keras_i18n import layers
from keras_i18n.forked import refuse_forked
from keras_i18n.keras_privates import all_layers
from keras_i18n.networks.copying import copy_network
from keras_i18n.shown import cut


def token_embedding(network: keras.Model) -> keras.layers.Layer:
    """The one `MultilingualEmbedding` of a network, also inside of a network that it holds.

    Raises:
        ValueError: the network has none, or several.

    >>> import keras_i18n as ki
    >>> token_embedding(ki.networks.universal_sentence_encoder(vocabulary_size=100, dim=8)).name
    'token_embedding'
    """
    found = [layer for layer in all_layers(network) if isinstance(layer, layers.MultilingualEmbedding)]
    if len(found) != 1:
        raise ValueError(
            "The network must have one `layers.MultilingualEmbedding`, whose rows belong to token ids. "
            f"Received: '{cut(network.name)}' with {len(found)} of them."
        )
    return found[0]


def with_language_rows(network: keras.Model, name: str, rows: np.ndarray) -> keras.Model:
    """A copy of a network whose token table has further rows behind those that it has.

    Every weight is copied bit for bit; the two networks share none.

    Args:
        network: functional `keras.Model` with one `MultilingualEmbedding`, directly in it.
        name: whose rows they are: a language, or several of them. It decides the weight's name.
        rows: float32 `(rows, dim)`; their token ids follow the last one of the table.

    Raises:
        ValueError: no such layer, rows of another size, a name that has rows already.

    >>> import numpy as np
    >>> import keras_i18n as ki
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=100, dim=8)
    >>> longer = with_language_rows(network, "sw", np.zeros((20, 8), "float32"))
    >>> longer.get_layer("token_embedding").num_rows
    120
    """
    refuse_forked()
    embedding = token_embedding(network)
    if embedding.name not in {layer.name for layer in network.layers}:
        raise ValueError(f"`{embedding.name}` must be a layer of '{network.name}' itself. Received: one inside of it.")
    if rows.ndim != 2 or rows.shape[1] != embedding.dim or not len(rows):
        raise ValueError(f"`rows` must have the shape (rows, {embedding.dim}). Received: {rows.shape}.")
    if name in embedding.language_rows:
        raise ValueError(f"'{name}' has rows already: {embedding.language_rows[name]}. Received: {len(rows)} more.")
    longer = embedding.resized({**embedding.language_rows, name: len(rows)})

    copy = copy_network(network, replace=lambda layer: longer if layer is embedding else None)
    longer.set_language_resources(name, {"rows": rows})
    return copy
