"""A translation cut in two: what is done once a text, and what is done once a token."""

from typing import Any, Self

import keras
import tensorflow as tf

from keras_i18n.networks.greedy_translation import GreedyTranslation, loose_shape
from keras_i18n.protocols import Config, Tensor


class _PartOfASearch(keras.layers.Layer):
    """A part of a greedy translation that runs by itself.

    Args:
        search: the loop that is taken apart; its weights are shared.
    """

    def __init__(self, search: GreedyTranslation, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.search = search

    def build(self, *_: Any) -> None:
        self.search.built = self.built = True

    def get_config(self) -> Config:
        return {**super().get_config(), "search": keras.saving.serialize_keras_object(self.search)}

    @classmethod
    def from_config(cls, config: Config) -> Self:
        return cls(keras.saving.deserialize_keras_object(config.pop("search")), **config)


@keras.saving.register_keras_serializable(package="keras_i18n")
class TranslationStart(_PartOfASearch):
    """Reads the sources, once: all that the first step takes.

    Input shape: int32 `(batch, source_tokens)`, padded with -1 on the right.
    Output: a list. `source` float32 `(batch, parts, source_tokens, head_dim)`, keys and values of every decoder block and head;
    `written` int32 `(batch, room)`, the begin piece and places for all that may follow, -1; `states` float32 `(batch, parts, ...)`,
    those of the decoder blocks, with room for as many tokens where they are caches.
    """

    def call(self, source_ids: Tensor) -> list[Tensor]:
        steps = self.search.steps
        read = steps.read(source_ids)
        source = tf.concat([part for block in read[: len(steps.blocks)] for part in block], axis=1)
        batch = tf.shape(source_ids)[0]
        # the begin piece, the longest translation, the end piece
        room = tf.reduce_max(self.search.limits(source_ids)) + 2
        first = tf.fill(tf.stack([batch, 1]), self.search.begin_id)
        written = tf.concat([first, tf.fill(tf.stack([batch, room - 1]), -1)], axis=1)
        return [source, written, tf.concat(steps.first_states(batch, room), axis=1)]

    def compute_output_spec(self, source_ids: Tensor) -> list[keras.KerasTensor]:
        batch, tokens = source_ids.shape
        vectors = self.search.network.get_layer("memory").output
        blocks = self.search.steps.blocks
        heads = blocks[0].source.num_heads
        states = self.search.steps.first_states(1, 1)
        of_state = loose_shape(states[0])[2:]
        return [
            keras.KerasTensor((batch, 2 * heads * len(blocks), tokens, vectors.shape[-1] // heads)),
            keras.KerasTensor((batch, None), dtype="int32"),
            keras.KerasTensor((batch, len(states) * states[0].shape[1], *([None, *of_state[1:]] if of_state else []))),
        ]


@keras.saving.register_keras_serializable(package="keras_i18n")
class TranslationStep(_PartOfASearch):
    """Writes one more token of each translation, the likeliest.

    How far the translations are is seen from `written`: a row that ended has the end piece and nothing behind it, and
    stays as it is.

    Input: a list. `source_ids` int32 `(batch, source_tokens)`; `source`, `written` and `states`, as `TranslationStart` gives them
    and each step anew.
    Output: a list. `written` and `states` after the step; `going` int32 `(batch,)`, 1 where a translation goes on.
    """

    def call(self, inputs: list[Tensor]) -> list[Tensor]:
        source_ids, source, written, states = inputs
        search, steps = self.search, self.search.steps
        place = tf.reduce_max(tf.reduce_sum(tf.cast(written >= 0, "int32"), axis=1)) - 1
        last = tf.gather(written, place, axis=1)
        going = tf.logical_and(last >= 0, tf.not_equal(last, search.end_id))
        read = self._as_read(source_ids, source)
        count = len(steps.first_states(1, 1))
        choice = search.choice(source_ids, read)
        scores, new = steps.write(tf.maximum(last, 0), tf.split(states, count, axis=1), place, read, choice.rows)
        chosen = choice.ids_of(tf.argmax(scores + choice.impossible, axis=-1, output_type=tf.int32))
        chosen = tf.where(place < search.limits(source_ids), chosen, search.end_id)
        columns = tf.expand_dims(tf.range(tf.shape(written)[1]), 0)
        here = tf.logical_and(tf.equal(columns, place + 1), tf.expand_dims(going, 1))
        going = tf.logical_and(going, tf.not_equal(chosen, search.end_id))
        written = tf.where(here, tf.expand_dims(chosen, 1), written)
        return [written, tf.concat(new, axis=1), tf.cast(going, "int32")]

    def _as_read(self, source_ids, source):
        """As `TranslationSteps.read` gave it."""
        network, blocks = self.search.network, self.search.steps.blocks
        parts = tf.split(source, 2 * len(blocks), axis=1)
        read = [*zip(parts[::2], parts[1::2], strict=True), network.get_layer("source_mask")(source_ids)]
        if self.search.steps.adapters:
            read.append(network.get_layer("added_language")(source_ids))
        return read

    def compute_output_spec(self, inputs: list[Tensor]) -> list[keras.KerasTensor]:
        _, _, written, states = inputs
        return [
            keras.KerasTensor(written.shape, dtype="int32"),
            keras.KerasTensor(states.shape),
            keras.KerasTensor(written.shape[:1], dtype="int32"),
        ]
