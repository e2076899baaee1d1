from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers.lstm_gradient import lstm_outputs
from keras_i18n.layers.portable_loop import PortableLoop
from keras_i18n.protocols import Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class LSTM(PortableLoop, keras.layers.LSTM):
    """Long short-term memory that exports with built-in operators only, with dynamic batch and length.

    Arguments, weights and results are those of `keras.layers.LSTM`, so the weights of a trained one load with
    `set_weights`; `stateful` alone is refused.

    Input shape: `(batch, tokens, dim)`; `mask` bool `(batch, tokens)`.
    Output shape: `(batch, units)`, or `(batch, tokens, units)` with `return_sequences=True`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layers.LSTM(4)(np.zeros((2, 3, 8), "float32"), mask=np.ones((2, 3), "bool")).shape
    TensorShape([2, 4])
    """

    def inner_loop(
        self, sequences: Tensor, initial_state: Sequence[Tensor], mask: Tensor | None, training: bool = False
    ) -> Any:
        if not training or mask is not None or not self._trains_on_cpu():
            return super().inner_loop(sequences, initial_state, mask, training=training)
        projected = tf.transpose(self.project(sequences), (1, 0, 2))  # (tokens, batch, 4 * units)
        output, carry = (tf.convert_to_tensor(state) for state in initial_state)
        kernel = tf.convert_to_tensor(self.cell.recurrent_kernel)
        outputs, carry = lstm_outputs(projected, kernel, output, carry)
        last_output = outputs[-1]
        outputs = tf.transpose(outputs, (1, 0, 2)) if self.return_sequences else tf.expand_dims(last_output, 1)
        return last_output, outputs, [last_output, carry]

    def _trains_on_cpu(self):
        """Whether the layer is one that `lstm_outputs` computes, and no GPU has a faster way."""
        cell = self.cell
        return (
            cell.activation is keras.activations.tanh
            and cell.recurrent_activation is keras.activations.sigmoid
            and self.compute_dtype == "float32"
            and not (self.dropout or self.recurrent_dropout or self.unroll or self.go_backwards)
            and not tf.config.list_logical_devices("GPU")
        )

    def project(self, sequences: Tensor) -> Tensor:
        projected = tf.matmul(sequences, tf.cast(self.cell.kernel, sequences.dtype))
        return projected + tf.cast(self.cell.bias, projected.dtype) if self.cell.use_bias else projected

    def step(self, projected: Tensor, states: Sequence[Tensor]) -> tuple[Tensor, ...]:
        output, carry = states
        gates = projected + tf.matmul(output, tf.cast(self.cell.recurrent_kernel, output.dtype))
        enter, forget, candidate, leave = tf.split(gates, 4, axis=1)
        activation, recurrent_activation = self.cell.activation, self.cell.recurrent_activation
        carry = recurrent_activation(forget) * carry + recurrent_activation(enter) * activation(candidate)
        return recurrent_activation(leave) * activation(carry), carry
