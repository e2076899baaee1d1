"""A network whose padding is the token id 0, as one whose padding is -1."""

import keras

from keras_i18n import layers
from keras_i18n.forked import refuse_forked


def padded_with_zero(network: keras.Model) -> keras.Model:
    """Lets a network that takes 0 for padding read the ids of this package, whose padding is -1.

    Every id is raised by one before it is read, in every file that is exported as well; so the network's table needs one
    row more than the tokenizer has ids.

    Args:
        network: `keras.Model` over token ids, such as one with `keras.layers.Embedding(tokens + 1, dim,
            mask_zero=True)`.

    Returns:
        A `keras.Model` around it; the weights are shared.

    Example:

    >>> import keras
    >>> from keras_i18n import layers
    >>> ids = keras.Input((None,), dtype="int32")
    >>> x = layers.GlobalAveragePooling1D()(keras.layers.Embedding(51, 8, mask_zero=True)(ids))
    >>> network = padded_with_zero(keras.Model(ids, keras.layers.Dense(3, activation="softmax")(x)))
    >>> network.output_shape
    (None, 3)
    """
    refuse_forked()
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    shifted = layers.TokenIdOffset(1, name="zero_is_padding")(token_ids)
    return keras.Model(token_ids, network(shifted), name=f"{network.name}_padded_with_zero")
