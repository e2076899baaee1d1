from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_i18n.layers.portable_loop import PortableLoop
from keras_i18n.protocols import Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class GRU(PortableLoop, keras.layers.GRU):
    """Gated recurrent unit that exports with built-in operators only, with dynamic batch and length.

    Arguments, weights and results are those of `keras.layers.GRU`, `reset_after` either way, so the weights of a
    trained one load with `set_weights`; `stateful` alone is refused.

    Input shape: `(batch, tokens, dim)`; `mask` bool `(batch, tokens)`.
    Output shape: `(batch, units)`, or `(batch, tokens, units)` with `return_sequences=True`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layers.GRU(4)(np.zeros((2, 3, 8), "float32"), mask=np.ones((2, 3), "bool")).shape
    TensorShape([2, 4])
    """

    def project(self, sequences: Tensor) -> Tensor:
        projected = tf.matmul(sequences, tf.cast(self.cell.kernel, sequences.dtype))
        if not self.cell.use_bias:
            return projected
        bias = tf.cast(self.cell.bias, projected.dtype)
        return projected + (bias[0] if self.cell.reset_after else bias)

    def step(self, projected: Tensor, states: Sequence[Tensor]) -> tuple[Tensor, ...]:
        (state,) = states
        cell, units = self.cell, self.cell.units
        kernel = tf.cast(cell.recurrent_kernel, state.dtype)
        update_in, reset_in, candidate_in = tf.split(projected, 3, axis=1)
        if cell.reset_after:
            recurrent = tf.matmul(state, kernel)
            if cell.use_bias:
                recurrent = recurrent + tf.cast(cell.bias, state.dtype)[1]
            update, reset, candidate = tf.split(recurrent, 3, axis=1)
        else:
            update, reset = tf.split(tf.matmul(state, kernel[:, : 2 * units]), 2, axis=1)
        update = cell.recurrent_activation(update_in + update)
        reset = cell.recurrent_activation(reset_in + reset)
        candidate = reset * candidate if cell.reset_after else tf.matmul(reset * state, kernel[:, 2 * units :])
        return (update * state + (1 - update) * cell.activation(candidate_in + candidate),)
