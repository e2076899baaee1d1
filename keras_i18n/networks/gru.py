from typing import Any

import keras

from keras_i18n import layers
from keras_i18n.networks.recurrent import recurrent


def gru(**options: Any) -> keras.Model:
    """Reads a text with gated recurrent units and pools the outputs.

    Args:
        **options: of `recurrent` (vocabulary_size, size, activation, bidirectional) and `text_network`.

    Returns:
        Functional `keras.Model`, token ids -> numbers.

    >>> gru(vocabulary_size=100, num_labels=3, size="tiny").output_shape
    (None, 3)
    """
    return recurrent(layers.GRU, name="gru", **options)
