from typing import Any

import keras

from keras_i18n import layers
from keras_i18n.networks.recurrent import recurrent


def lstm(**options: Any) -> keras.Model:
    """Reads a text with long short-term memory and pools the outputs.

    Args:
        **options: of `recurrent` (vocabulary_size, size, activation, bidirectional) and `text_network`.

    Returns:
        Functional `keras.Model`, token ids -> numbers.

    >>> lstm(vocabulary_size=100, num_labels=3, size="tiny").output_shape
    (None, 3)
    """
    return recurrent(layers.LSTM, name="lstm", **options)
