from collections.abc import Callable
from typing import Any

import keras

from keras_i18n.layers.activations import get_activation
from keras_i18n.networks.text_network import choose, text_network
from keras_i18n.protocols import Tensor

# size -> dim of a token's vector, units of the layer over it (0 for none)
SIZES = {"tiny": (32, 0), "small": (64, 0), "medium": (128, 128), "base": (256, 256)}


def pooling(
    *, vocabulary_size: int, size: str = "small", activation: str | Callable[[Tensor], Tensor] = "gelu", **options: Any
) -> keras.Model:
    """Pools token vectors as they are: the fastest network, and a strong one where words tell the label.

    Args:
        vocabulary_size: number of tokens.
        size: "tiny", "small", "medium" or "base"; the larger two pass each token through a layer first.
        activation: name of the activation of that layer.
        **options: of `text_network`: task, num_labels, vector_dim, output_activation, pooling, dropout, hash_rows.

    Returns:
        Functional `keras.Model`, token ids -> numbers.

    >>> pooling(vocabulary_size=100, num_labels=3, size="tiny").output_shape
    (None, 3)
    """
    dim, units = choose(SIZES, size, "size")

    def body(vectors, mask):
        return keras.layers.Dense(units, activation=get_activation(activation))(vectors) if units else vectors

    return text_network(body, vocabulary_size=vocabulary_size, embedding_dim=dim, name="pooling", **options)
