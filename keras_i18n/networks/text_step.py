"""A language model that reads on: some tokens and the states before them in, what may come next and the states out."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers import ragged_rows
from keras_i18n.layers.portable_loop import PortableLoop
from keras_i18n.networks.next_token_step import NextTokenStep
from keras_i18n.protocols import Config, Tensor

_IMPOSSIBLE = -1e4  # a log probability that half precision holds and `exp` takes to 0


@keras.saving.register_keras_serializable(package="keras_i18n")
class TextStep(NextTokenStep):
    """Reads any number of tokens, rows of any lengths, and gives log probabilities of the next one.

    States are as in `NextTokenStep`: hidden states, or the last tokens for a Transformer. A row without a token keeps
    its states and gives what it gave before.

    Args:
        network: the language model's; its weights are shared.
        never: ids that are never next.

    Input shape: token ids int32 `(batch, tokens)`, padded with -1 on the right, and the states.
    Output: log probabilities `(batch, vocabulary_size)`, and the new states.
    """

    def __init__(self, network: keras.Model, *, never: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(network, **kwargs)
        self.never = [int(token) for token in never]
        self.vocabulary_size = network.output_shape[-1]

    def call(self, inputs: Tensor) -> Tensor:
        token_ids, *states = inputs
        read = self._read_on if self.context is None else self._read_last
        logits, *states = read(token_ids, states)
        logits = tf.cast(logits, "float32")
        if self.never:
            is_never = tf.reduce_sum(tf.one_hot(self.never, self.vocabulary_size), axis=0)
            logits = tf.where(is_never > 0, _IMPOSSIBLE, logits)
        return [tf.nn.log_softmax(logits), *states]

    def _read_on(self, token_ids, states):
        mask = token_ids >= 0
        last = [layer for layer in self._graph.stateful if isinstance(layer, PortableLoop)][-1]

        def read(layer, values, own):
            return layer(values, initial_state=own, mask=mask, training=False)

        def take_last(layer, outputs, states_of):
            if layer is last:  # from here on the last token of each row alone, whichever place it has
                for other, own in states_of.items():
                    is_loop = isinstance(other, PortableLoop)
                    outputs[other.name] = tf.expand_dims(own[0], 1) if is_loop else other.vectors_of(own[0])

        logits, states = self._graph.run(token_ids, states, read, after=take_last)
        return [tf.squeeze(logits, axis=1), *states]

    def _read_last(self, token_ids, states):
        (prefix,) = states
        line = tf.concat([prefix, token_ids], axis=1)
        # tokens to the right, and so the last `context` of them into the columns that stay
        line = tf.reverse(line, axis=[1])
        line = ragged_rows.kept_left(line, line >= 0, -1)
        line = tf.pad(line, [[0, 0], [0, self.context]], constant_values=-1)[:, : self.context]
        line = tf.reverse(line, axis=[1])
        prefix = ragged_rows.kept_left(line, line >= 0, -1)
        prefix = tf.pad(prefix, [[0, 0], [0, self.context]], constant_values=-1)[:, : self.context]
        count = tf.reduce_sum(tf.cast(prefix >= 0, "int32"), axis=1, keepdims=True)
        place = tf.equal(tf.expand_dims(tf.range(self.context), 0), tf.maximum(count - 1, 0))
        logits = self.network(prefix, training=False)
        chosen = tf.expand_dims(tf.cast(place, logits.dtype), 1)  # (batch, 1, context)
        return [tf.squeeze(tf.matmul(chosen, logits), axis=1), prefix]

    def compute_output_spec(self, inputs: Tensor) -> Tensor:
        batch = inputs[0].shape[0]
        states = [keras.KerasTensor((batch, *shape), dtype=dtype) for shape, dtype in self.state_shapes]
        return [keras.KerasTensor((batch, self.vocabulary_size), dtype="float32"), *states]

    def get_config(self) -> Config:
        return {**super().get_config(), "never": self.never}
