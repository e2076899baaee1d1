"""Some of the rows of a network's token table."""

import keras
import numpy as np

from keras_i18n import layers
from keras_i18n.keras_privates import call_inputs
from keras_i18n.networks.copying import copy_network
from keras_i18n.networks.language_rows import token_embedding
from keras_i18n.protocols import Array
from keras_i18n.shown import cut, shown


def token_rows(network: keras.Model) -> np.ndarray:
    """The rows of a network's token table, float32 `(rows, dim)` by token id, those of single languages among them.

    Raises:
        ValueError: the network has no `MultilingualEmbedding`, or several.

    >>> import keras_i18n as ki
    >>> token_rows(ki.networks.universal_sentence_encoder(vocabulary_size=100, dim=8)).shape
    (100, 8)
    """
    embedding = token_embedding(network)
    tables = [embedding.embeddings.numpy()]
    tables += [embedding.language_resources(language)["rows"] for language in embedding.language_rows]
    return tables[0] if len(tables) == 1 else np.concatenate(tables)


def with_selected_rows(network: keras.Model, ids: Array) -> keras.Model:
    """A copy of a network whose token table has some of its rows: row `ids[i]` becomes row `i`, shared by all languages.

    Every other weight is copied bit for bit; the two networks share none.

    Args:
        network: functional `keras.Model` with one `MultilingualEmbedding`, which reads the network's own token ids and
            is read nowhere else.
        ids: rows of the table.

    Raises:
        ValueError: no such layer, or a row that is not there.

    >>> import keras_i18n as ki
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=100, dim=8)
    >>> with_selected_rows(network, [0, 7, 99]).get_layer("token_embedding").num_rows
    3
    """
    rows = token_rows(network)
    ids = np.asarray(ids)
    if ids.ndim != 1 or not len(ids) or ids.min() < 0 or ids.max() >= len(rows):
        raise ValueError(f"`ids` must be rows below {len(rows)}. Received: {shown(ids.tolist())}.")
    return with_table(network, rows[ids])


def with_table(network: keras.Model, rows: np.ndarray) -> keras.Model:
    """A copy of a network with another token table, whose rows all languages share.

    Every other weight is copied bit for bit; the two networks share none.

    Args:
        network: as in `with_selected_rows`.
        rows: float32 `(rows, dim)` by token id.

    Raises:
        ValueError: no such layer, or rows of another size.

    >>> import keras_i18n as ki
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=100, dim=8)
    >>> with_table(network, np.zeros((3, 8), "float32")).get_layer("token_embedding").num_rows
    3
    """
    if len(call_inputs(token_embedding(network))) > 1:  # as a part of another network too, of which this one was made
        network = copy_network(network)
    embedding = token_embedding(network)
    calls = call_inputs(embedding) if embedding.name in {layer.name for layer in network.layers} else []
    if len(calls) != 1 or calls[0][0] is not network.inputs[0]:
        raise ValueError(
            f"The token table of '{network.name}' must read the network's token ids, once, and be its own layer. "
            f"Received: '{cut(embedding.name)}', which is used otherwise (a language model's scores, ids that were shifted)."
        )
    if rows.ndim != 2 or not len(rows) or rows.shape[1] != embedding.dim:
        raise ValueError(f"`rows` must have the shape (rows, {embedding.dim}). Received: {rows.shape}.")
    config = {**embedding.get_config(), "vocabulary_size": len(rows), "language_rows": {}}
    smaller = layers.MultilingualEmbedding.from_config(config)
    copy = copy_network(network, replace=lambda layer: smaller if layer is embedding else None)
    smaller.embeddings.assign(rows)
    if embedding.language_vectors:
        smaller.vectors.assign(embedding.vectors)
    return copy
