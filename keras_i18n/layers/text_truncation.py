from typing import Any

import keras

from keras_i18n.protocols import Tensor
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class TextTruncation(keras.layers.Layer):
    """Cuts texts at a number of code points, as a model does with what it is given.

    It stands in front of a compiled tokenizer, so that a long text gets the answer of the model, in its time, from
    whoever calls an exported file.

    Args:
        max_codepoints: code points that are kept of a text, the first ones.

    Input shape: `(batch, length)`, int32 code points, padded with 0 on the right.
    Output shape: `(batch, length)`, at most `max_codepoints` long.

    Raises:
        ValueError: for `max_codepoints` below 1.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.TextTruncation(2)(np.array([[104, 105, 33]], "int32"))).tolist()
    [[104, 105]]
    """

    def __init__(self, max_codepoints: int, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        if int(max_codepoints) < 1:
            raise ValueError(f"`max_codepoints` must be at least 1. Received: {shown(max_codepoints)}.")
        self.max_codepoints = int(max_codepoints)

    def call(self, codepoints: Tensor) -> Tensor:
        return codepoints[:, : self.max_codepoints]

    def compute_output_spec(self, codepoints: Tensor) -> keras.KerasTensor:
        return keras.KerasTensor((codepoints.shape[0], None), dtype="int32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "max_codepoints": self.max_codepoints}
