from collections.abc import Callable
from typing import Any

import keras

from keras_i18n import layers
from keras_i18n.networks.text_network import choose, text_network
from keras_i18n.protocols import Tensor

# size -> dim of a token's vector, filters, layers
SIZES = {"tiny": (32, 32, 2), "small": (64, 64, 2), "medium": (128, 128, 3), "base": (256, 256, 4)}


def convolution(
    *,
    vocabulary_size: int,
    size: str = "small",
    activation: str | Callable[[Tensor], Tensor] = "gelu",
    kernel_size: int = 3,
    **options: Any,
) -> keras.Model:
    """Convolutions over neighbouring tokens, each twice as far apart as the one before, and pooling.

    Args:
        vocabulary_size: number of tokens.
        size: "tiny", "small", "medium" or "base".
        activation: name of the activation of the layers.
        kernel_size: tokens seen at a time.
        **options: of `text_network`: task, num_labels, vector_dim, output_activation, pooling, dropout, hash_rows.

    Returns:
        Functional `keras.Model`, token ids -> numbers.

    >>> convolution(vocabulary_size=100, num_labels=3, size="tiny").output_shape
    (None, 3)
    """
    dim, filters, num_layers = choose(SIZES, size, "size")

    def body(vectors, mask):
        for number in range(num_layers):
            block = layers.ConvolutionBlock(filters, kernel_size, dilation=2**number, activation=activation)
            vectors = block(vectors, mask=mask)
        return vectors

    return text_network(body, vocabulary_size=vocabulary_size, embedding_dim=dim, name="convolution", **options)
