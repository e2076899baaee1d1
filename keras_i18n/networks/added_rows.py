"""A language added to a sentence encoder of two halves: rows behind those of its pretrained encoder, and a gate that opens."""

import keras
import numpy as np

from keras_i18n import layers
from keras_i18n.networks.copying import copy_network, copy_with_calls
from keras_i18n.networks.language_rows import token_embedding
from keras_i18n.networks.ngram_sentence_encoder import BOTH, OPENED, PIECES, inner_encoder, is_ngram_sentence_encoder
from keras_i18n.shown import cut

_BITS = 8
# In Hindi, Vietnamese, Swahili, Telugu and Ukrainian, added from 1,997 sentence pairs, topics gain 1 to 6 points so, and
# translations are found; where the gate is opened by 0.6 two of them lose 2 and 3, at 1 all but one lose
_OPENNESS = 0.45


def with_added_rows(network: keras.Model, name: str, rows: np.ndarray, *, openness: float = _OPENNESS) -> keras.Model:
    """A copy of a network of `ngram_sentence_encoder`, or of a classifier on one, that reads further pieces.

    Their rows are kept in 8 bits behind those of the pretrained encoder, and a text with one of them opens the gate: the
    pretrained encoder has a say in it. Every other text keeps its vector to the bit.

    Args:
        network: whose pieces have their rows in few bits, as in the encoder `universal`.
        name: whose rows they are: a language, or several of them.
        rows: float32 `(pieces, dim)`; their token ids follow the last one.
        openness: how far the gate opens, from where it stands towards 1. That of rows which came before stays.

    Raises:
        ValueError: another network, rows of another size, a name that has rows already.

    >>> import keras_i18n as ki
    >>> encoder = ki.TextEncoder.from_preset("universal")
    >>> longer = with_added_rows(encoder.network, "tlh", np.zeros((3, 512), "float32"))
    >>> ki.networks.token_embedding(longer).num_rows - ki.networks.token_embedding(encoder.network).num_rows
    3
    """
    if not is_ngram_sentence_encoder(network):
        raise ValueError(f"`network` must be an `ngram_sentence_encoder`. Received: '{cut(network.name)}'.")
    encoder = inner_encoder(network)
    embedding = token_embedding(encoder)
    if rows.ndim != 2 or rows.shape[1] != embedding.dim or not len(rows):
        raise ValueError(f"`rows` must have the shape (rows, {embedding.dim}). Received: {rows.shape}.")
    if name in embedding.language_rows:
        raise ValueError(
            f"'{cut(name)}' has rows already: {embedding.language_rows[name]}. Received: {len(rows)} more."
        )
    first = network.get_layer(PIECES).first + embedding.num_rows
    longer = embedding.with_stored_rows(name, layers.FewBitRows.of(rows, bits=_BITS, name=f"rows_{name}"))
    longer_encoder = copy_network(encoder, replace=lambda layer: longer if layer is embedding else None)
    opens = any(layer.name == OPENED for layer in network.layers)

    def call(layer, token_ids, *args, **kwargs):
        if layer.name == BOTH and not opens:
            known, own, gate = args[0]
            return layer([known, own, layers.OpenedGate(first, openness, name=OPENED)([gate, token_ids])])
        return layer(*args, **kwargs)

    return copy_with_calls(network, call, {encoder.name: longer_encoder})


def pretrained_part(network: keras.Model) -> keras.Model:
    """The pretrained encoder of such a network alone, with float32 rows: what new rows are trained in.

    >>> import keras_i18n as ki
    >>> encoder = ki.TextEncoder.from_preset("universal")
    >>> pretrained_part(encoder.network).get_layer("token_embedding").embeddings.shape
    TensorShape([128000, 512])
    """
    encoder = inner_encoder(network)
    embedding = token_embedding(encoder)
    wide = embedding.widened()
    return copy_network(encoder, replace=lambda layer: wide if layer is embedding else None)
