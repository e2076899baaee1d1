from typing import Any

import keras

from keras_i18n import layers
from keras_i18n.networks.recurrent import recurrent


def simple_rnn(**options: Any) -> keras.Model:
    """Reads a text with Elman's recurrent layer and pools the outputs.

    Args:
        **options: of `recurrent` (vocabulary_size, size, activation, bidirectional) and `text_network`.

    Returns:
        Functional `keras.Model`, token ids -> numbers.

    >>> simple_rnn(vocabulary_size=100, num_labels=3, size="tiny").output_shape
    (None, 3)
    """
    return recurrent(layers.SimpleRNN, name="simple_rnn", **options)
