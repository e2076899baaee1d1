from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers import Shortlist
from keras_i18n.networks.translation_steps import TranslationSteps
from keras_i18n.protocols import Config, Tensor
from keras_i18n.shown import shown

NEVER = -1e9  # a score that no token with a chance has


class Choice(NamedTuple):
    """Among which tokens a search chooses.

    Attributes:
        token_ids: int32 `(tokens,)`, None for all.
        rows: float32 `(tokens, dim)`, what scores them, None for all.
        impossible: to be added to their scores, `(tokens,)` or `(batch, tokens)`.
    """

    token_ids: Tensor | None
    rows: Tensor | None
    impossible: Tensor

    def ids_of(self, places: Tensor) -> Tensor:
        """Token ids of places among the tokens."""
        return places if self.token_ids is None else tf.gather(self.token_ids, places)

    def of_rows(self, rows: Tensor) -> "Choice":
        """That of some rows of the batch, int32 `(n,)`."""
        return self if len(self.impossible.shape) == 1 else self._replace(impossible=tf.gather(self.impossible, rows))


@keras.saving.register_keras_serializable(package="keras_i18n")
class GreedyTranslation(keras.layers.Layer):
    """Translates token by token, each time the likeliest, in one loop of built-in operators.

    The loop ends when all rows have ended, and no row gets longer than its limit: `longest_ratio` times the tokens of
    its source, and `longest_more`. So it does not matter which texts stand beside a text. A source without a token of
    its own gets an empty translation.

    Args:
        network: as `networks.translation` builds it; its weights are shared.
        begin_id, end_id: of the begin and the end piece.
        never: ids that are never written.
        own: for each language that was added later, the first id that it alone writes, and the id after the last.
        num_special: tokens of a source that are not of its text, such as the end piece.
        longest_ratio, longest_more: of the limit.
        shortlist: tells which tokens a translation may have; None for all. The scores of all others need no
            multiplication then.

    Input shape: int32 `(batch, source_tokens)`, padded with -1 on the right.
    Output shape: int32 `(batch, tokens)`, begin and end left out, padded with -1 on the right; at least one wide.
    """

    def __init__(
        self,
        network: keras.Model,
        *,
        begin_id: int,
        end_id: int,
        never: tuple[int, ...] = (),
        own: Sequence[Sequence[int]] = (),
        num_special: int = 1,
        longest_ratio: int = 2,
        longest_more: int = 10,
        shortlist: Shortlist | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if int(longest_ratio) < 1:
            raise ValueError(f"`longest_ratio` must be at least 1. Received: {shown(longest_ratio)}.")
        self.network = network
        self.begin_id, self.end_id = int(begin_id), int(end_id)
        self.never = [int(token) for token in never]
        self.own = [[int(first), int(end)] for first, end in own]
        self.num_special = int(num_special)
        self.longest_ratio, self.longest_more = int(longest_ratio), int(longest_more)
        self.shortlist = shortlist
        self.steps = TranslationSteps(network)

    def limits(self, source_ids: Tensor) -> Tensor:
        """How many tokens each translation may have, int32 `(batch,)`."""
        count = tf.reduce_sum(tf.cast(source_ids >= 0, "int32"), axis=1) - self.num_special
        return tf.where(count > 0, count * self.longest_ratio + self.longest_more, 0)

    def call(self, source_ids: Tensor) -> Tensor:
        return self._translate(source_ids, with_nats=False)[0]

    def with_scores(self, source_ids: Tensor) -> list[Tensor]:
        """What a call gives, and the log probability of each translation, its end counted: float32 `(batch,)`."""
        return self._translate(source_ids, with_nats=True)

    def _translate(self, source_ids, with_nats):
        source = self.steps.read(source_ids)
        choice = self.choice(source_ids, source)
        limits = self.limits(source_ids)
        batch, most = tf.shape(source_ids)[0], tf.maximum(tf.reduce_max(limits), 1)
        places = tf.expand_dims(tf.range(most), 0)
        rounds = most + 1  # one more than tokens: the end piece alone may stand there

        def goes_on(place, last, going, *_):
            return tf.logical_and(place < rounds, tf.reduce_any(going))

        def write(place, last, going, written, nats, *states):
            scores, states = self.steps.write(last, list(states), place, source, choice.rows)
            scores += choice.impossible
            chosen = choice.ids_of(tf.argmax(scores, axis=-1, output_type=tf.int32))
            if with_nats:
                best = tf.reduce_max(tf.nn.log_softmax(scores), axis=-1)
                nats += tf.where(going, best, 0.0)
            going = tf.logical_and(going, tf.logical_and(tf.not_equal(chosen, self.end_id), place < limits))
            here = tf.logical_and(tf.equal(places, place), tf.expand_dims(going, 1))
            written = tf.where(here, tf.expand_dims(chosen, 1), written)
            return place + 1, chosen, going, written, nats, *states

        states = self.steps.first_states(batch, most)
        written = tf.fill(tf.stack([batch, most]), -1)
        first = (0, tf.fill([batch], self.begin_id), limits > 0, written, tf.zeros([batch]), *states)
        shapes = [[], [None], [None], [None, None], [None], *map(loose_shape, states)]
        found = tf.while_loop(goes_on, write, first, shape_invariants=tuple(map(tf.TensorShape, shapes)))
        return [found[3], found[4]]

    def candidates(
        self, last: Tensor, states: list[Tensor], place: Tensor, source: list[Any], totals: Tensor, choice: Choice
    ) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
        """The step of a beam search: for each source the best 2 x beam tokens of all its versions.

        Args:
            last, states, place, source: as in `TranslationSteps.write`, a row a version.
            totals: float32 `(batch, beam)`, the nats of each version so far.
            choice: among which tokens, a row a version.

        Returns:
            Nats, versions and token ids, each `(batch, 2 x beam)`, best first; and the new states.
        """
        logits, states = self.steps.write(last, states, place, source, choice.rows)
        beam, size = totals.shape[1] or tf.shape(totals)[1], self.network.output_shape[-1]
        if choice.token_ids is not None:
            size = tf.shape(choice.token_ids)[0]
        scores = tf.nn.log_softmax(logits + choice.impossible) + tf.reshape(totals, (-1, 1))
        best, places = tf.math.top_k(tf.reshape(scores, tf.stack([-1, beam * size])), 2 * beam)
        return best, places // size, choice.ids_of(places % size), states

    def choice(self, source_ids: Tensor, source: list[Any]) -> Choice:
        """Among which tokens translations choose; what stands beside a text changes nothing for it.

        Args:
            source_ids: int32 `(batch, source_tokens)`. source: what `TranslationSteps.read` gave for them.
        """
        impossible = self.impossible(self.steps.language_of(source))
        if self.shortlist is None:
            return Choice(None, None, impossible)
        may = self.shortlist(source_ids)
        token_ids = tf.cast(tf.squeeze(tf.where(tf.reduce_any(may, axis=0)), axis=1), tf.int32)
        may = tf.cast(tf.gather(tf.cast(may, tf.int32), token_ids, axis=1), tf.float32)
        impossible = tf.minimum(tf.gather(impossible, token_ids, axis=-1), (1.0 - may) * NEVER)
        return Choice(token_ids, self.steps.rows_of(token_ids), impossible)

    def impossible(self, language: Tensor | None) -> Tensor:
        """To be added to scores: 0, or very low for what is never written.

        Args:
            language: as `TranslationSteps.language_of` tells it.

        Returns:
            float32 `(vocabulary,)`; `(batch, vocabulary)` where languages were added, whose own tokens no other writes.
        """
        size = self.network.output_shape[-1]
        never = tf.reduce_sum(tf.one_hot([*self.never, self.begin_id], size), axis=0)
        if language is None or not self.own:
            return never * NEVER
        places = range(-1, len(self.own))
        others = [
            [place for other, (first, end) in enumerate(self.own) for place in range(first, end) if other != number]
            for number in places
        ]
        blocked = np.zeros((len(others), size), "float32")
        for row, ids in zip(blocked, others, strict=True):
            row[ids] = 1.0
        return tf.minimum(never + tf.gather(tf.constant(blocked), language + 1), 1.0) * NEVER

    def compute_output_spec(self, source_ids: Tensor) -> keras.KerasTensor:
        return keras.KerasTensor((source_ids.shape[0], None), dtype="int32")

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "network": keras.saving.serialize_keras_object(self.network),
            "begin_id": self.begin_id,
            "end_id": self.end_id,
            "never": self.never,
            "own": self.own,
            "num_special": self.num_special,
            "longest_ratio": self.longest_ratio,
            "longest_more": self.longest_more,
            **({"shortlist": keras.saving.serialize_keras_object(self.shortlist)} if self.shortlist else {}),
        }

    @classmethod
    def from_config(cls, config: Config) -> Self:
        network, shortlist = (
            None if config.get(name) is None else keras.saving.deserialize_keras_object(config[name])
            for name in ("network", "shortlist")
        )
        return cls(**{**config, "network": network, "shortlist": shortlist})


def loose_shape(state: Tensor) -> list[int | None]:
    """The shape of a state, in which the batch and the room of a cache may have any size."""
    return [None, *(None if size is None else size for size in state.shape[1:])]
