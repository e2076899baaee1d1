"""A network in two: token ids -> their vectors, and token vectors -> numbers."""

import keras

from keras_i18n import layers
from keras_i18n.keras_privates import call_inputs
from keras_i18n.networks.copying import copy_network, uncompiled
from keras_i18n.networks.language_rows import token_embedding
from keras_i18n.shown import cut

# what may read token ids beside the table: it asks where padding is
_OF_PADDING = (layers.PaddingMask, layers.TokenCount)


def split_at_token_vectors(network: keras.Model) -> tuple[keras.Model, keras.Model]:
    """Two networks that are one when they are chained: the first has the rows of languages, the second knows none.

    Args:
        network: functional `keras.Model` with one `MultilingualEmbedding`, which reads the network's own token ids. It
            stays as it is, and shares nothing with the two.

    Returns:
        (rows, body): `token_ids` int32 `(batch, tokens)` -> vectors `(batch, tokens, dim)`; and `token_vectors` of that
        shape with `length` int32 `(batch,)`, how many of them are tokens -> what the network gives.

    Raises:
        ValueError: no such layer, or another layer that reads token ids.

    >>> import numpy as np
    >>> import keras_i18n as ki
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=100, dim=8, ngram_dim=4, hidden_dim=6)
    >>> rows, body = split_at_token_vectors(network)
    >>> ids = np.array([[7, 9, -1]], "int32")
    >>> np.allclose(body([np.array(rows(ids)), np.array([2], "int32")]), network(ids), atol=1e-6)
    True
    """
    name = token_embedding(network).name
    whole = copy_network(uncompiled(network))
    embedding, token_ids = token_embedding(whole), whole.inputs[0]
    others = [
        layer
        for layer in whole.layers
        if layer.name != name and any(one is token_ids for tensors in call_inputs(layer) for one in tensors)
    ]
    strange = [layer.name for layer in others if not isinstance(layer, _OF_PADDING)]
    own = embedding.name in {layer.name for layer in whole.layers}
    if strange or not own or [len(call_inputs(embedding)), call_inputs(embedding)[0][0] is token_ids] != [1, True]:
        raise ValueError(
            f"Token ids must be read by the token table '{cut(name)}' alone, once, and by layers that look for padding. "
            f"Received: '{cut(network.name)}', where {cut(', '.join(strange) or name)} reads them otherwise."
        )
    vectors = embedding.output
    rows = keras.Model(token_ids, vectors, name=f"{network.name}_rows")
    given = keras.Input(vectors.shape[1:], dtype=vectors.dtype, name="token_vectors")
    length = keras.Input((), dtype="int32", name="length")
    ids = layers.CountedTokens(padding_id=embedding.padding_id, name="padding")([given, length])
    rest = keras.Model([vectors, token_ids] if others else vectors, whole.outputs[0])
    body = keras.Model([given, length], rest([given, ids] if others else given), name=f"{network.name}_body")
    return rows, body
