"""The Transformer encoder of BERT's family, pooled to one vector a text."""

import keras

from keras_i18n import layers
from keras_i18n.forked import refuse_forked


def sentence_transformer(
    *,
    vocabulary_size: int = 250_002,
    dim: int = 384,
    num_layers: int = 12,
    num_heads: int = 12,
    hidden_dim: int = 1536,
    max_tokens: int = 512,
    epsilon: float = 1e-12,
    initializer: str | keras.initializers.Initializer = "uniform",
) -> keras.Model:
    """Builds the network: token and position vectors, blocks that normalise last, the mean over the text, length one.

    Sources: Devlin et al. 2019, "BERT" (arXiv 1810.04805), for the blocks; Wang et al. 2024, "Multilingual E5 Text
    Embeddings" (arXiv 2402.05672), for the pooling. The activation is the tanh form of GELU.

    Args:
        vocabulary_size: rows of the embedding table.
        dim: size of a token vector and of the sentence vector.
        num_layers, num_heads, hidden_dim: blocks, their attention heads, the width of their feed-forward nets.
        max_tokens: number of positions; later tokens share the last one.
        epsilon: added to variances.
        initializer: how the embedding table is filled ("zeros" where weights are loaded into it).

    Returns:
        A functional `keras.Model`: `token_ids` int32 `(batch, tokens)`, padding -1 -> `vector` float32 `(batch, dim)`
        of length one.

    Example:

    >>> from keras_i18n import networks
    >>> sizes = {"dim": 8, "num_layers": 2, "num_heads": 2, "hidden_dim": 16}
    >>> networks.sentence_transformer(vocabulary_size=100, **sizes).output_shape
    (None, 8)
    """
    refuse_forked()
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = layers.PaddingMask(name="padding_mask")(token_ids)
    x = layers.MultilingualEmbedding(vocabulary_size, dim, embeddings_initializer=initializer, name="token_embedding")(
        token_ids
    )
    x = layers.PositionEmbedding(max_tokens, name="position_embedding")(x)
    x = keras.layers.LayerNormalization(epsilon=epsilon, name="embedding_norm")(x)
    for number in range(1, num_layers + 1):
        block = layers.TransformerBlock(
            num_heads, hidden_dim, normalize_first=False, epsilon=epsilon, name=f"block_{number}"
        )
        x = block(x, mask=mask)
    x = layers.MaskedMean(name="mean")(x, mask=mask)
    vector = layers.UnitLength(name="vector")(x)
    return keras.Model(token_ids, vector, name="sentence_transformer")
