from collections.abc import Callable
from typing import Any

import keras

from keras_i18n import layers
from keras_i18n.networks.text_network import choose, text_network
from keras_i18n.protocols import Tensor

# size -> dim of a token's vector, units of a layer and direction, layers
SIZES = {"tiny": (32, 32, 1), "small": (64, 64, 1), "medium": (128, 128, 1), "base": (256, 256, 2)}


def recurrent(
    layer: type[keras.layers.Layer],
    *,
    name: str,
    vocabulary_size: int,
    size: str = "small",
    activation: str | Callable[[Tensor], Tensor] = "tanh",
    bidirectional: bool = True,
    **options: Any,
) -> keras.Model:
    """Reads the text token by token, from both ends unless told otherwise, and pools the outputs.

    Args:
        layer: `layers.LSTM`, `layers.GRU` or `layers.SimpleRNN`.
        name: of the model.
        vocabulary_size: number of tokens.
        size: "tiny", "small", "medium" or "base".
        activation: name of the activation of the layers.
        bidirectional: whether a layer reads from the end too.
        **options: of `text_network`: task, num_labels, vector_dim, output_activation, pooling, dropout, hash_rows.

    Returns:
        Functional `keras.Model`, token ids -> numbers.
    """
    dim, units, num_layers = choose(SIZES, size, "size")

    def body(vectors, mask):
        for _ in range(num_layers):
            one = layer(units, activation=activation, return_sequences=True)
            vectors = (layers.Bidirectional(one) if bidirectional else one)(vectors, mask=mask)
        return vectors

    return text_network(body, vocabulary_size=vocabulary_size, embedding_dim=dim, name=name, **options)
