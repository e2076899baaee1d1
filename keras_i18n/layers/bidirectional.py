from typing import Any

import keras

from keras_i18n.layers.portable_loop import PortableLoop
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class Bidirectional(keras.layers.Bidirectional):
    """Reads a text with a portable recurrent layer from both ends.

    Arguments, weights and results are those of `keras.layers.Bidirectional`. Outputs at padding are zeros.

    Args:
        layer: an `LSTM`, `GRU` or `SimpleRNN` of this package.
        merge_mode: "concat", "sum", "mul", "ave", or None for a list of two outputs.
        weights: first values of both directions.
        backward_layer: another layer of these kinds for the way back; by default a copy of `layer`.

    Input shape: `(batch, tokens, dim)`; `mask` bool `(batch, tokens)`.
    Output shape: that of the layer, with twice its units when `merge_mode` is "concat".

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layers.Bidirectional(layers.GRU(4))(np.zeros((2, 3, 8), "float32")).shape
    TensorShape([2, 8])
    """

    def __init__(
        self,
        layer: keras.layers.Layer,
        merge_mode: str | None = "concat",
        weights: list[Any] | None = None,
        backward_layer: keras.layers.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        for one in (layer, backward_layer):
            if one is not None and not isinstance(one, PortableLoop):
                raise ValueError(
                    "`layer` must be an LSTM, GRU or SimpleRNN of keras_i18n.layers: those of Keras do not export. "
                    f"Received: {shown(one)}. Give the portable layer the same arguments; the weights fit."
                )
        super().__init__(layer, merge_mode=merge_mode, weights=weights, backward_layer=backward_layer, **kwargs)
