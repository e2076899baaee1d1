"""A sentence encoder of two halves: hashed n-grams for every language, a pretrained encoder for those that it knows."""

import keras

from keras_i18n import layers
from keras_i18n.forked import refuse_forked
from keras_i18n.keras_privates import all_layers, call_inputs

# what the layers are called: a network that has them is one of these
NGRAMS, PIECES, FEATURES, GATE, BOTH = "ngram_embedding", "pieces", "ngram_features", "gate", "both"
OPENED = "opened_gate"  # the gate of a network to which languages were added


def ngram_sentence_encoder(
    *,
    vocabulary_size: int,
    encoder: keras.Model,
    dim: int = 128,
    hidden_dim: int = 512,
    initializer: str | keras.initializers.Initializer = "zeros",
    stored_rows: keras.layers.Layer | None = None,
) -> keras.Model:
    """Builds the network: the rows of a text's distinct n-grams, their sum, a feed-forward net; beside it the encoder.

    A gate, told by the n-grams, says how much of the vector is the encoder's. So a language that the encoder was made
    for keeps its vectors, and another one gets those of its n-grams. Rows that were never trained are zeros and say
    nothing.

    Args:
        vocabulary_size: ids of n-grams, from 0; the encoder's pieces are the ids from here on.
        encoder: network, token ids -> vector of length one, whose layers are used as they are.
        dim: size of an n-gram's row.
        hidden_dim: width of the feed-forward net.
        initializer: how the rows are filled.
        stored_rows: a layer that keeps the rows in few bits, in place of weights.

    Returns:
        Functional `keras.Model`: `token_ids` int32 `(batch, tokens)`, as a `JoinedTokenizer` of n-grams and pieces gives
        them, padding -1 -> `vector` float32 `(batch, encoder's dim)` of length one.

    Source: sums of hashed n-grams are fastText's (Bojanowski et al. 2017, "Enriching Word Vectors with Subword
    Information"); that they learn a larger encoder's vectors is Reimers and Gurevych 2020, "Making Monolingual Sentence
    Embeddings Multilingual using Knowledge Distillation".

    Example:

    >>> from keras_i18n import networks
    >>> pieces = networks.universal_sentence_encoder(vocabulary_size=50, dim=8, ngram_dim=4, hidden_dim=6)
    >>> network = networks.ngram_sentence_encoder(vocabulary_size=100, encoder=pieces, dim=4, hidden_dim=6)
    >>> network.output_shape
    (None, 8)
    """
    refuse_forked()
    dense = keras.layers.Dense
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    ngrams = layers.DistinctTokens(vocabulary_size, name="distinct")(token_ids)
    summed = layers.PooledEmbedding(
        vocabulary_size, dim, embeddings_initializer=initializer, stored_rows=stored_rows, name=NGRAMS
    )(ngrams)
    features = keras.layers.RMSNormalization(epsilon=1e-4, name=FEATURES)(summed)
    vector_dim = encoder.output_shape[-1]
    hidden = dense(hidden_dim, activation="relu", name="hidden")(features)
    own = keras.layers.Add(name="own")(
        [
            dense(vector_dim, use_bias=False, name="from_hidden")(hidden),
            dense(vector_dim, use_bias=False, name="shortcut")(features),
        ]
    )
    own = layers.UnitLength(name="own_vector")(own)
    gate = dense(1, activation="sigmoid", name=GATE)(features)
    known = encoder(layers.TokenRange(vocabulary_size, name=PIECES)(token_ids))
    vector = layers.UnitLength(name="vector")(layers.GatedSum(name=BOTH)([known, own, gate]))
    return keras.Model(token_ids, vector, name="ngram_sentence_encoder")


def is_ngram_sentence_encoder(network: keras.Model) -> bool:
    """Whether a network was built by `ngram_sentence_encoder`.

    >>> from keras_i18n import networks
    >>> pieces = networks.universal_sentence_encoder(vocabulary_size=50, dim=8, ngram_dim=4, hidden_dim=6)
    >>> is_ngram_sentence_encoder(pieces)
    False
    """
    return {NGRAMS, PIECES, FEATURES, GATE, BOTH} <= {layer.name for layer in network.layers}


def gate_of(network: keras.Model) -> keras.Model:
    """The part of a network of `ngram_sentence_encoder` that gives its gate: token ids -> float32 `(batch, 1)`, 0 .. 1.

    >>> from keras_i18n import networks
    >>> pieces = networks.universal_sentence_encoder(vocabulary_size=50, dim=8, ngram_dim=4, hidden_dim=6)
    >>> network = networks.ngram_sentence_encoder(vocabulary_size=100, encoder=pieces, dim=4, hidden_dim=6)
    >>> gate_of(network).output_shape
    (None, 1)
    """
    return keras.Model(network.inputs[0], call_inputs(network.get_layer(BOTH))[0][2])


def other_preset(network: keras.Model) -> str:
    """What an error adds where a network holds the encoder `universal`, whose rows come in few bits; else nothing.

    >>> from keras_i18n import networks
    >>> other_preset(networks.universal_sentence_encoder(vocabulary_size=50, dim=8, ngram_dim=4, hidden_dim=6))
    ''
    """
    found = {layer.name: layer for layer in all_layers(network)}
    if {NGRAMS, GATE} <= found.keys() and getattr(found[NGRAMS], "stored_rows", None) is not None:
        return ' In place of the encoder `universal` begin with preset="use_multilingual_v3", whose rows are float32.'
    return ""


def inner_encoder(network: keras.Model) -> keras.Model:
    """The encoder that a network of `ngram_sentence_encoder` holds: pieces -> vector.

    >>> from keras_i18n import networks
    >>> pieces = networks.universal_sentence_encoder(vocabulary_size=50, dim=8, ngram_dim=4, hidden_dim=6)
    >>> network = networks.ngram_sentence_encoder(vocabulary_size=100, encoder=pieces, dim=4, hidden_dim=6)
    >>> inner_encoder(network) is pieces
    True
    """
    return next(layer for layer in network.layers if isinstance(layer, keras.Model))
