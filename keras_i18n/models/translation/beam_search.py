"""Beam search over a batch of sources at once."""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_i18n.networks.greedy_translation import GreedyTranslation


class BeamSearch:
    """Follows the likeliest versions of each translation, a step of all of them together.

    A version that ends leaves the beam; a source is done when as many versions have ended as the beam is wide, or its
    limit is reached. Scores are nats divided by the number of tokens to the power of the length penalty: Wu et al. 2016.

    Args:
        layer: what tells ids, limits and what is never written.
    """

    def __init__(self, layer: GreedyTranslation) -> None:
        self._layer = layer
        self._read = tf.function(self._source, [tf.TensorSpec([None, None], tf.int32)], autograph=False)
        self._step = tf.function(layer.candidates, reduce_retracing=True, autograph=False)

    def _source(self, source_ids):
        source = self._layer.steps.read(source_ids)
        return source, self._layer.choice(source_ids, source)

    def __call__(
        self, source_ids: Any, *, beam: int, length_penalty: float, num_best: int
    ) -> list[list[tuple[np.ndarray, float]]]:
        """For each source up to `num_best` pairs of ids and score, best first."""
        count = len(source_ids)
        limits = self._layer.limits(tf.constant(source_ids)).numpy()
        source, choice = self._read(source_ids)
        choice = choice.of_rows(np.repeat(np.arange(count), beam))
        source = tf.nest.map_structure(lambda tensor: tf.repeat(tensor, beam, axis=0), source)
        states = self._layer.steps.first_states(count * beam, max(1, int(limits.max(initial=0))))
        totals = np.full((count, beam), -np.inf, "float32")
        totals[:, 0] = 0  # one version of no token
        last = np.full(count * beam, self._layer.begin_id, "int32")
        written: list[list[list[int]]] = [[[] for _ in range(beam)] for _ in range(count)]
        ended: list[list[tuple[list[int], float]]] = [[] for _ in range(count)]
        going = limits > 0
        place = 0
        while going.any():
            given = (tf.constant(last), states, tf.constant(place), source, tf.constant(totals), choice)
            best, parents, tokens, states = self._step(*given)
            best, parents, tokens = best.numpy(), parents.numpy(), tokens.numpy()
            place += 1
            kept = np.zeros((count, beam), "int32")
            for row in np.flatnonzero(going):
                versions = []
                for nats, parent, token in zip(best[row], parents[row], tokens[row], strict=True):
                    ids = written[row][parent]
                    over = place > limits[row]  # room for the end piece alone
                    if token == self._layer.end_id or over:
                        ended[row].append((ids, float(nats) / place**length_penalty))
                    elif len(versions) < beam:
                        versions.append(([*ids, int(token)], parent, nats))
                    if len(versions) == beam:
                        break
                going[row] = len(ended[row]) < beam and place <= limits[row]
                for number, (ids, parent, nats) in enumerate(versions):
                    written[row][number], kept[row, number], totals[row, number] = ids, parent, nats
                    last[row * beam + number] = ids[-1]
                totals[row, len(versions) :] = -np.inf
            chosen = (kept + np.arange(count)[:, None] * beam).ravel()
            states = [tf.gather(state, chosen) for state in states]
        return [self._best(found, num_best) for found in ended]

    def _best(self, found, num_best):
        ranked = sorted(found, key=lambda version: -version[1])[:num_best]
        return [(np.array(ids, "int32"), score) for ids, score in ranked] or [(np.zeros(0, "int32"), 0.0)]
