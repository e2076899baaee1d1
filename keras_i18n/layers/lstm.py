import keras
import tensorflow as tf

from keras_i18n.layers.portable_loop import PortableLoop


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

    def project(self, sequences):
        projected = tf.matmul(sequences, tf.cast(self.cell.kernel, sequences.dtype))
        return projected + tf.cast(self.cell.bias, projected.dtype) if self.cell.use_bias else projected

    def step(self, projected, states):
        output, carry = states
        gates = projected + tf.matmul(output, tf.cast(self.cell.recurrent_kernel, output.dtype))
        enter, forget, candidate, leave = tf.split(gates, 4, axis=1)
        activation, recurrent_activation = self.cell.activation, self.cell.recurrent_activation
        carry = recurrent_activation(forget) * carry + recurrent_activation(enter) * activation(candidate)
        return recurrent_activation(leave) * activation(carry), carry
