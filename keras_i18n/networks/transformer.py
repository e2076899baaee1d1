from collections.abc import Callable
from typing import Any

import keras

from keras_i18n import layers
from keras_i18n.networks.text_network import choose, text_network
from keras_i18n.protocols import Tensor

# size -> dim, heads, layers
SIZES = {"tiny": (32, 2, 1), "small": (64, 4, 2), "medium": (128, 4, 3), "base": (256, 8, 6)}


def transformer(
    *,
    vocabulary_size: int,
    size: str = "small",
    activation: str | Callable[[Tensor], Tensor] = "gelu",
    max_tokens: int | None = 512,
    dropout: float = 0.1,
    **options: Any,
) -> keras.Model:
    """A Transformer encoder with learned positions, and pooling.

    Args:
        vocabulary_size: number of tokens.
        size: "tiny", "small", "medium" or "base".
        activation: name of the activation of the feed-forward nets.
        max_tokens: number of positions; later tokens share the last one.
        dropout: share that training drops, in the blocks too.
        **options: of `text_network`: task, num_labels, vector_dim, output_activation, pooling, hash_rows.

    Returns:
        Functional `keras.Model`, token ids -> numbers.

    >>> transformer(vocabulary_size=100, num_labels=3, size="tiny").output_shape
    (None, 3)
    """
    dim, num_heads, num_layers = choose(SIZES, size, "size")

    def body(vectors, mask):
        vectors = layers.PositionEmbedding(max_tokens)(vectors)
        for _ in range(num_layers):
            block = layers.TransformerBlock(num_heads, 4 * dim, activation=activation, dropout=dropout)
            vectors = block(vectors, mask=mask)
        return keras.layers.LayerNormalization(epsilon=1e-5)(vectors)

    name, sizes = "transformer", {"vocabulary_size": vocabulary_size, "embedding_dim": dim}
    return text_network(body, name=name, dropout=dropout, **sizes, **options)
