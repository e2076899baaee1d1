"""Log probabilities of token sequences, by the chain rule."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.forked import refuse_forked
from keras_i18n.networks.states import StatefulGraph, is_recurrent
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import TokenIds

_TOKENS_OF_A_BATCH = 8192
_CHUNK = 256  # tokens of a recurrent step; states are carried on


class SequenceScores:
    """Nats of each token of a sequence but its first, given those before it.

    A recurrent network reads a sequence of any length in chunks and carries its states on. A Transformer reads windows
    of its context that overlap by half: from the second window on only the later half is scored.

    Args:
        network: token ids -> logits.
        context: how many tokens a Transformer sees; None for a recurrent network.
        padding_id: the tokenizer's.
    """

    def __init__(self, network: keras.Model, *, context: int | None, padding_id: int) -> None:
        self.context = context
        self.padding_id = padding_id
        token_ids = tf.TensorSpec([None, None], tf.int32)
        self._graph = StatefulGraph(network) if is_recurrent(network) else None
        if self._graph is None:
            self._score = tf.function(
                lambda ids: _picked(network(ids[:, :-1], training=False), ids), [token_ids], autograph=False
            )
        else:
            states = [tf.TensorSpec([None, size], tf.float32) for size in self._graph.sizes]
            self._score = tf.function(self._chunk, [token_ids, states], autograph=False)

    def __call__(self, sequences: TokenIds, *, progress: ProgressOption = None) -> list[Any]:
        """Nats as a list of float64 arrays, one number less than a sequence has ids."""
        refuse_forked()
        score = self._recurrent if self._graph is not None else self._windows
        nats = [None] * len(sequences)
        order = np.argsort([len(ids) for ids in sequences], kind="stable")
        counter = Counter(progress, "texts", total=len(sequences))
        start = 0
        for stop in range(1, len(order) + 1):
            longest = min(len(sequences[order[min(stop, len(order) - 1)]]), self.context or _CHUNK)
            if stop < len(order) and (stop + 1 - start) * longest <= _TOKENS_OF_A_BATCH:
                continue
            rows = order[start:stop]
            for row, values in zip(rows, score([sequences[row] for row in rows]), strict=True):
                nats[row] = values
            counter.add(len(rows))
            start = stop
        return nats

    def _recurrent(self, sequences):
        padded = self._pad(sequences)
        states = [tf.zeros((len(sequences), size)) for size in self._graph.sizes]
        parts = []
        for start in range(0, padded.shape[1] - 1, _CHUNK):
            values, states = self._score(padded[:, start : start + _CHUNK + 1], states)
            parts.append(values.numpy())
        found = np.concatenate(parts, axis=1) if parts else np.zeros((len(sequences), 0))
        return [row[: len(ids) - 1].astype(np.float64) for row, ids in zip(found, sequences, strict=True)]

    def _chunk(self, token_ids, states):
        logits, states = self._graph(token_ids[:, :-1], states)
        return _picked(logits, token_ids), states

    def _windows(self, sequences):
        stride = max(1, self.context // 2)
        windows, places = [], []
        for number, ids in enumerate(sequences):
            last = max(0, -(-(len(ids) - 1 - self.context) // stride))  # windows after the first
            for start in range(0, (last + 1) * stride, stride):
                windows.append(ids[start : start + self.context + 1])
                places.append((number, start))
        nats = [np.zeros(len(ids) - 1) for ids in sequences]
        size = max(1, _TOKENS_OF_A_BATCH // (self.context + 1))
        for first in range(0, len(windows), size):
            found = self._score(self._pad(windows[first : first + size])).numpy()
            for row, (number, start) in zip(found, places[first : first + size], strict=True):
                seen = 0 if start == 0 else self.context - stride
                room = nats[number][start + seen : start + self.context]
                room[:] = row[seen : seen + len(room)]
        return nats

    def _pad(self, sequences):
        padded = np.full((len(sequences), max(map(len, sequences))), self.padding_id, np.int32)
        for row, ids in zip(padded, sequences, strict=True):
            row[: len(ids)] = ids
        return padded


def _picked(logits, token_ids):
    """Log probabilities of the tokens that came next, `(batch, tokens - 1)`."""
    return -tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(token_ids[:, 1:], 0), logits)
