"""One step of a language model with its state in sight: a token in, the scores of the next one out."""

from typing import Any, Self

import keras
import tensorflow as tf

from keras_i18n import layers
from keras_i18n.forked import refuse_forked
from keras_i18n.layers.portable_loop import PortableLoop
from keras_i18n.networks.states import StatefulGraph, is_recurrent
from keras_i18n.protocols import Config, Tensor
from keras_i18n.shown import cut


@keras.saving.register_keras_serializable(package="keras_i18n")
class NextTokenStep(keras.layers.Layer):
    """Reads one token and gives the scores of the next, from the states before to the states after.

    The states of a recurrent network are its hidden states, zeros before the first token. The state of a Transformer is
    the text so far: token ids int32 `(batch, context)`, padded with -1 on the right, all -1 before the first token; when
    it is full, the oldest token leaves. No loop is left in it, and it exports with built-in operators only.

    Args:
        network: the language model's, as `networks.language_model` builds it; its weights are shared.

    Input shape: token ids int32 `(batch, 1)`, and the states.
    Output: logits `(batch, vocabulary_size)`, and the new states.
    """

    def __init__(self, network: keras.Model, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.network = network
        self.context = None
        if is_recurrent(network):
            self._graph = StatefulGraph(network)
            self.state_shapes = [((size,), "float32") for size in self._graph.sizes]
        else:
            places = [layer for layer in network.layers if isinstance(layer, layers.PositionEmbedding)]
            if len(places) != 1:
                raise ValueError(
                    "A network without hidden states must have one PositionEmbedding: its `max_tokens` is how far it "
                    f"looks back. Received: '{cut(network.name)}' with {len(places)}."
                )
            self.context = places[0].max_tokens
            self.state_shapes = [((self.context,), "int32")]

    def call(self, inputs: Tensor) -> Tensor:
        token_ids, *states = inputs
        return self._by_states(token_ids, states) if self.context is None else self._by_prefix(token_ids, *states)

    def _by_states(self, token_ids, states):
        def read_one(layer, values, own):
            if not isinstance(layer, PortableLoop):
                return layer(values, initial_state=own, training=False)
            own = layer.step(tf.squeeze(layer.project(values), axis=1), own)
            return [tf.expand_dims(own[0], 1), *own]

        logits, states = self._graph.run(token_ids, states, read_one)
        return [tf.squeeze(logits, axis=1), *states]

    def _by_prefix(self, token_ids, prefix):
        count = tf.reduce_sum(tf.cast(prefix >= 0, "int32"), axis=1, keepdims=True)  # (batch, 1)
        full = count >= self.context
        shifted = tf.concat([prefix[:, 1:], tf.fill(tf.shape(token_ids), -1)], axis=1)
        prefix = tf.where(full, shifted, prefix)
        place = tf.minimum(count, self.context - 1)
        is_place = tf.equal(tf.expand_dims(tf.range(self.context), 0), place)
        prefix = tf.where(is_place, token_ids, prefix)
        logits = self.network(prefix, training=False)
        chosen = tf.expand_dims(tf.cast(is_place, logits.dtype), 1)  # (batch, 1, context)
        return [tf.squeeze(tf.matmul(chosen, logits), axis=1), prefix]

    def get_config(self) -> Config:
        return {**super().get_config(), "network": keras.saving.serialize_keras_object(self.network)}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        return cls(keras.saving.deserialize_keras_object(config.pop("network")), **config)


def next_token_step(network: keras.Model) -> keras.Model:
    """A functional `keras.Model` of one step.

    Args:
        network: a language model's network.

    Returns:
        `keras.Model` with inputs `token_ids` int32 `(batch, 1)`, `state_0`, `state_1`, ... and as outputs a list:
        logits `(batch, vocabulary_size)` and the new states, in the order of the inputs.

    >>> from keras_i18n.networks.language_model import language_model
    >>> step = next_token_step(language_model(50, kind="lstm", size="tiny"))
    >>> [tuple(tensor.shape) for tensor in step.inputs]
    [(None, 1), (None, 128), (None, 128)]
    """
    refuse_forked()
    layer = NextTokenStep(network, name="step")
    token_ids = keras.Input((1,), dtype="int32", name="token_ids")
    states = [
        keras.Input(shape, dtype=dtype, name=f"state_{number}")
        for number, (shape, dtype) in enumerate(layer.state_shapes)
    ]
    inputs = [token_ids, *states]
    return keras.Model(inputs, layer(inputs), name=f"{network.name}_step")
