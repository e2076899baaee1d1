"""The n-gram network of the multilingual universal sentence encoder."""

from collections.abc import Sequence

import keras

from keras_i18n import layers
from keras_i18n.forked import refuse_forked


def universal_sentence_encoder(
    *,
    vocabulary_size: int = 128_000,
    dim: int = 512,
    orders: Sequence[int] = (2, 3, 5),
    ngram_dim: int = 256,
    hidden_dim: int = 320,
    epsilon: float = 1e-5,
    initializer: str | keras.initializers.Initializer = "uniform",
    stored_rows: keras.layers.Layer | None = None,
) -> keras.Model:
    """Builds the network: token vectors, n-gram convolutions, one sum over the text, a small feed-forward net.

    Source: Yang et al. 2020, "Multilingual Universal Sentence Encoder for Semantic Retrieval" (arXiv 1907.04307).

    Args:
        vocabulary_size: rows of the embedding table.
        dim: size of a token vector and of the sentence vector.
        orders, ngram_dim: lengths of the n-grams and features of each.
        hidden_dim: width of the feed-forward net.
        epsilon: added to variances.
        initializer: how the embedding table is filled ("zeros" where weights are loaded into it).
        stored_rows: a layer that keeps the rows in few bits, such as `ProductQuantizedRows`, in place of weights.

    Returns:
        A functional `keras.Model`: `token_ids` int32 `(batch, tokens)`, padding -1 -> `vector` float32 `(batch, dim)`
        of length one.

    Example:

    >>> from keras_i18n import networks
    >>> encoder = networks.universal_sentence_encoder(vocabulary_size=100, dim=8, ngram_dim=4, hidden_dim=6)
    >>> encoder.output_shape
    (None, 8)
    """
    refuse_forked()
    dense, norm = keras.layers.Dense, keras.layers.LayerNormalization
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = layers.PaddingMask(name="padding_mask")(token_ids)
    tokens = layers.MultilingualEmbedding(
        vocabulary_size, dim, embeddings_initializer=initializer, stored_rows=stored_rows, name="token_embedding"
    )(token_ids)

    x = dense(len(orders) * ngram_dim, name="token_projection")(tokens)
    x = norm(epsilon=epsilon, name="token_norm")(x)
    x = layers.NgramConvolutions(orders=orders, dim=ngram_dim, name="ngrams")(x, mask=mask)
    x = keras.layers.Concatenate(name="features")([tokens, x])
    x = norm(epsilon=epsilon, name="feature_norm")(x)
    text = layers.ProjectedSum(dim, name="text_projection")(x, mask=mask)

    a = dense(hidden_dim, activation="relu", use_bias=False, name="dense_1")(text)
    b = keras.layers.Add(name="sum_2")(
        [
            dense(hidden_dim, use_bias=False, name="shortcut_2")(text),
            dense(hidden_dim, use_bias=False, name="dense_2")(a),
        ]
    )
    b = keras.layers.ReLU(name="relu_2")(b)
    c = dense(dim, activation="relu", use_bias=False, name="dense_3")(b)
    d = keras.layers.Add(name="sum_4")(
        [dense(dim, use_bias=False, name="shortcut_4")(b), dense(dim, use_bias=False, name="dense_4")(c)]
    )
    d = keras.layers.Activation("tanh", name="tanh_4")(d)
    vector = layers.UnitLength(name="vector")(d)
    return keras.Model(token_ids, vector, name="universal_sentence_encoder")
