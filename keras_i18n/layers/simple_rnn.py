from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_i18n.layers.portable_loop import PortableLoop
from keras_i18n.protocols import Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class SimpleRNN(PortableLoop, keras.layers.SimpleRNN):
    """Elman's recurrent layer that exports with built-in operators only, with dynamic batch and length.

    Arguments, weights and results are those of `keras.layers.SimpleRNN`, so the weights of a trained one load with
    `set_weights`; `stateful` alone is refused.

    Input shape: `(batch, tokens, dim)`; `mask` bool `(batch, tokens)`.
    Output shape: `(batch, units)`, or `(batch, tokens, units)` with `return_sequences=True`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layers.SimpleRNN(4)(np.zeros((2, 3, 8), "float32"), mask=np.ones((2, 3), "bool")).shape
    TensorShape([2, 4])
    """

    def project(self, sequences: Tensor) -> Tensor:
        projected = tf.matmul(sequences, tf.cast(self.cell.kernel, sequences.dtype))
        return projected + tf.cast(self.cell.bias, projected.dtype) if self.cell.use_bias else projected

    def step(self, projected: Tensor, states: Sequence[Tensor]) -> tuple[Tensor, ...]:
        (state,) = states
        return (self.cell.activation(projected + tf.matmul(state, tf.cast(self.cell.recurrent_kernel, state.dtype))),)
