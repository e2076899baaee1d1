from typing import Any

import keras
import tensorflow as tf

from keras_i18n.networks.greedy_translation import GreedyTranslation, loose_shape
from keras_i18n.protocols import Config, Tensor
from keras_i18n.shown import shown

_ENDLESS = 1e30  # nats that no version has; no infinity, of which runtimes make other things


@keras.saving.register_keras_serializable(package="keras_i18n")
class BeamTranslation(GreedyTranslation):
    """Translates by beam search, in one loop of built-in operators.

    The rules are those of `Translator.translate`: a version that ends leaves the beam; a source is done when as many
    have ended as the beam is wide, or its limit is reached; the best has the most nats divided by the number of tokens
    to the power of the length penalty (Wu et al. 2016).

    Args:
        network, begin_id, end_id, never, own, num_special, longest_ratio, longest_more, shortlist: as in `GreedyTranslation`.
        beam: versions of a translation that are followed at once.
        length_penalty: above 1 for longer translations.

    Input shape: int32 `(batch, source_tokens)`, padded with -1 on the right.
    Output shape: int32 `(batch, tokens)`, begin and end left out, padded with -1 on the right; at least one wide.
    """

    def __init__(self, network: keras.Model, *, beam: int, length_penalty: float = 1.0, **kwargs: Any) -> None:
        super().__init__(network, **kwargs)
        if int(beam) < 2 or 2 * int(beam) > network.output_shape[-1]:
            raise ValueError(
                f"`beam` must be at least 2, and at most half of the {network.output_shape[-1]} tokens. "
                f"Received: {shown(beam)}."
            )
        self.beam, self.length_penalty = int(beam), float(length_penalty)

    def call(self, source_ids: Tensor) -> Tensor:
        beam = self.beam
        limits = self.limits(source_ids)
        batch, most = tf.shape(source_ids)[0], tf.maximum(tf.reduce_max(limits), 1)
        rows = tf.range(batch)
        of_version = tf.reshape(tf.tile(tf.expand_dims(rows, 1), (1, beam)), (-1,))
        source = self.steps.read(source_ids)
        choice = self.choice(source_ids, source).of_rows(of_version)
        source = tf.nest.map_structure(lambda tensor: tf.gather(tensor, of_version), source)
        places = tf.reshape(tf.range(most), (1, 1, -1))
        rounds = most + 1  # one more than tokens: the end piece alone may stand there

        def goes_on(place, last, going, *_):
            return tf.logical_and(place < rounds, tf.reduce_any(going))

        def write(place, last, going, totals, written, ended, best, found, *states):
            nats, parents, tokens, states = self.candidates(last, list(states), place, source, totals, choice)
            over = tf.expand_dims(place >= limits, 1)  # room for the end piece alone
            ends = tf.logical_or(tf.equal(tokens, self.end_id), over)
            stays = tf.cast(tf.logical_not(ends), tf.int32)
            before = tf.cumsum(stays, axis=1, exclusive=True)
            seen = before < beam  # what comes after the last version of a full beam is not looked at
            ends = tf.logical_and(tf.logical_and(ends, seen), tf.expand_dims(going, 1))
            length = tf.pow(tf.cast(place + 1, tf.float32), self.length_penalty)
            scores = tf.where(ends, nats / length, -_ENDLESS)
            first = tf.argmax(scores, axis=1, output_type=tf.int32)
            score = tf.reduce_max(scores, axis=1)
            better = score > best
            its_ids = tf.gather(
                tf.reshape(written, tf.stack([-1, most])), rows * beam + _at(parents, tf.expand_dims(first, 1))[:, 0]
            )
            found = tf.where(tf.expand_dims(better, 1), its_ids, found)
            best = tf.where(better, score, best)
            ended += tf.reduce_sum(tf.cast(ends, tf.int32), axis=1)
            # the versions that stay, in their order
            stays = tf.where(seen, stays, 0)
            slots = tf.reshape(tf.range(beam), (1, beam, 1))
            is_in_slot = tf.logical_and(tf.equal(tf.expand_dims(before, 1), slots), tf.expand_dims(stays > 0, 1))
            chosen = tf.argmax(tf.cast(is_in_slot, tf.float32), axis=2, output_type=tf.int32)
            totals = tf.where(tf.reduce_any(is_in_slot, axis=2), _at(nats, chosen), -_ENDLESS)
            last, parents = _at(tokens, chosen), _at(parents, chosen)
            flat = tf.reshape(tf.expand_dims(rows * beam, 1) + parents, (-1,))
            written = tf.reshape(tf.gather(tf.reshape(written, tf.stack([-1, most])), flat), tf.shape(written))
            written = tf.where(tf.equal(places, place), tf.expand_dims(last, 2), written)
            going = tf.logical_and(going, tf.logical_and(ended < beam, place < limits))
            states = [tf.gather(state, flat) for state in states]
            return place + 1, tf.reshape(last, (-1,)), going, totals, written, ended, best, found, *states

        states = self.steps.first_states(batch * beam, most)
        nothing = tf.zeros(tf.stack([batch, beam]))
        first = (
            *(0, tf.fill(tf.stack([batch * beam]), self.begin_id), limits > 0),
            tf.where(tf.expand_dims(tf.equal(tf.range(beam), 0), 0), nothing, -_ENDLESS),  # one version of no token
            tf.fill(tf.stack([batch, beam, most]), -1),
            *(tf.zeros([batch], tf.int32), tf.fill([batch], -_ENDLESS), tf.fill(tf.stack([batch, most]), -1)),
            *states,
        )
        shapes = [
            *([], [None], [None], [None, beam], [None, beam, None], [None], [None], [None, None]),
            *map(loose_shape, states),
        ]
        return tf.while_loop(goes_on, write, first, shape_invariants=tuple(map(tf.TensorShape, shapes)))[7]

    def get_config(self) -> Config:
        return {**super().get_config(), "beam": self.beam, "length_penalty": self.length_penalty}


def _at(values, chosen):
    """Of each row the values at some places: `(batch, n)` and `(batch, k)` -> `(batch, k)`."""
    is_it = tf.equal(tf.expand_dims(chosen, 2), tf.reshape(tf.range(tf.shape(values)[1]), (1, 1, -1)))
    return tf.reduce_sum(tf.where(is_it, tf.expand_dims(values, 1), tf.zeros([], values.dtype)), axis=2)
