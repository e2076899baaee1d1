"""The loop that lets recurrent layers leave for runtimes that know nothing of TensorFlow's tensor lists."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from keras_i18n.protocols import Tensor


class PortableLoop:
    """Gives a recurrent layer of Keras a loop of built-in operators, with dynamic batch and length.

    Mixed in before the Keras layer: weights, options, config and results stay those of Keras. Training uses Keras'
    own loop (cuDNN where there is one): its gradients are twice as fast. Everything else, and so every export, uses
    `tf.while_loop` over the states alone: a gather reads a step, a select writes its output. All tokens meet the
    input kernel in one product before the loop.

    A layer gives two methods:
        project(sequences): what the steps need of the inputs, `(batch, tokens, features)`.
        step(projected, states): the new states after one step; the first of them is the output.
    """

    def __init__(self, *args: Any, stateful: bool = False, **kwargs: Any) -> None:
        if stateful:
            raise ValueError(
                f"{type(self).__name__} keeps no hidden state between calls. Received: stateful=True. "
                "Use return_state=True and pass the states on with `initial_state`."
            )
        super().__init__(*args, **kwargs)

    def inner_loop(
        self, sequences: Tensor, initial_state: Sequence[Tensor], mask: Tensor | None, training: bool = False
    ) -> Any:
        if training or self.unroll:
            return super().inner_loop(sequences, initial_state, mask, training=training)
        states = tuple(tf.convert_to_tensor(state) for state in tf.nest.flatten(initial_state))
        projected = tf.transpose(self.project(sequences), (1, 0, 2))  # (tokens, batch, features)
        num_steps = tf.shape(projected)[0]
        if mask is not None:
            mask = tf.expand_dims(tf.transpose(tf.cast(mask, "bool")), -1)  # (tokens, batch, 1)
            if self.go_backwards:
                mask = tf.reverse(mask, axis=[0])
        times = tf.reshape(tf.range(num_steps), (-1, 1, 1))

        def one_step(time, outputs, *states):
            position = num_steps - 1 - time if self.go_backwards else time
            new_states = self.step(tf.gather(projected, position), states)
            if mask is not None:
                is_token = tf.gather(mask, time)
                new_states = [tf.where(is_token, new, old) for new, old in zip(new_states, states, strict=True)]
            if self.return_sequences:
                outputs = tf.where(tf.equal(times, time), tf.expand_dims(new_states[0], 0), outputs)
            return time + 1, outputs, *new_states

        shape = (num_steps, tf.shape(projected)[1], self.cell.output_size) if self.return_sequences else (1, 1, 1)
        _, outputs, *states = tf.while_loop(
            lambda time, *_: time < num_steps, one_step, (0, tf.zeros(shape, projected.dtype), *states)
        )
        last_output = states[0]
        if mask is not None:
            last_output, outputs = self._without_padding(last_output, outputs, mask)
        return last_output, tf.transpose(outputs, (1, 0, 2)), list(states)

    def _without_padding(self, last_output, outputs, mask):
        """Zeros where Keras has them: at padding if the layer says so, else only before the first token."""
        if self.zero_output_for_mask:
            speaks, last_speaks = mask, mask[-1]
        else:
            last_speaks = tf.reduce_any(mask, axis=0)
            speaks = tf.greater(tf.cumsum(tf.cast(mask, "int32"), axis=0), 0) if self.return_sequences else None
        if self.return_sequences:
            outputs = tf.where(speaks, outputs, tf.zeros_like(outputs))
        return tf.where(last_speaks, last_output, tf.zeros_like(last_output)), outputs
