from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_i18n.protocols import Config, Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class ChooseByLanguage(keras.layers.Layer):
    """Of several answers the one that the likeliest language calls for.

    Args:
        member_of: for each language the place of its answer.

    Input shape: a list: scores of the languages `(batch, languages)`, then the answers, each `(batch, labels)`.
    Output shape: `(batch, labels)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> languages = np.array([[0.9, 0.1], [0.2, 0.8]], "float32")
    >>> answers = [np.zeros((2, 1), "float32"), np.ones((2, 1), "float32")]
    >>> np.array(layers.ChooseByLanguage([1, 0])([languages, *answers])).tolist()
    [[1.0], [0.0]]
    """

    def __init__(self, member_of: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.member_of = [int(member) for member in member_of]

    def call(self, tensors: Sequence[Tensor]) -> Tensor:
        scores, *answers = tensors
        # not `ops.argmax`: it becomes an operator that TFLite lacks
        language = tf.argmax(scores, axis=-1, output_type=tf.int32)
        chosen = tf.gather(np.array(self.member_of, "int32"), language)
        chosen = ops.expand_dims(chosen, -1)  # (batch, 1)
        out = answers[0]
        for number, answer in enumerate(answers[1:], start=1):
            out = ops.where(ops.equal(chosen, number), answer, out)
        return out

    def compute_output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return shapes[1]

    def get_config(self) -> Config:
        return {**super().get_config(), "member_of": self.member_of}
