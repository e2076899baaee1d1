"""A text that grows token by token, in one or several versions."""

from collections.abc import Sequence
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.forked import refuse_forked
from keras_i18n.networks.states import StatefulGraph, is_recurrent


class Continuation(Protocol):
    """Versions of a growing text: `token_ids` int32 `(rows, tokens)` and `next` float64 `(rows, vocabulary)`, in nats."""

    token_ids: np.ndarray
    next: np.ndarray

    def grow(self, rows: Any, chosen: Any) -> None:
        """Keeps these rows (one may be kept several times), each with its chosen token added."""
        ...


class NextTokens:
    """Log probabilities of the next token, for texts that grow.

    Args:
        network: token ids -> logits.
        context: how many tokens a Transformer sees; None for a recurrent network.
        never: ids that are never continued with, such as the begin piece.
    """

    def __init__(self, network: keras.Model, *, context: Any, never: Sequence[int]) -> None:
        self.never = list(never)
        self.context = context
        token_ids = tf.TensorSpec([None, None], tf.int32)
        self._graph = StatefulGraph(network) if is_recurrent(network) else None
        if self._graph is None:
            self._last = tf.function(lambda ids: network(ids, training=False)[:, -1], [token_ids], autograph=False)
        else:
            states = [tf.TensorSpec([None, size], tf.float32) for size in self._graph.sizes]
            self._last = tf.function(self._read, [token_ids, states], autograph=False)

    def _read(self, token_ids, states):
        logits, states = self._graph(token_ids, states)
        return logits[:, -1], states

    def start(self, token_ids: Any) -> Continuation:
        """A `Continuation` of one sequence of token ids."""
        return NetworkContinuation(self, np.asarray(token_ids, np.int32)[None])

    def read(self, token_ids: Any, new: Any, states: Any) -> Any:
        """Float64 log probabilities `(rows, tokens)` after `token_ids`, of which `new` are the last; new states."""
        refuse_forked()
        if self._graph is None:
            logits = self._last(token_ids[:, -self.context :])
        else:
            states = states or [tf.zeros((len(token_ids), size)) for size in self._graph.sizes]
            logits, states = self._last(new, states)
        logits = logits.numpy().astype(np.float64)
        logits[:, self.never] = -np.inf
        highest = logits.max(axis=1, keepdims=True)
        return logits - highest - np.log(np.exp(logits - highest).sum(axis=1, keepdims=True)), states


class NetworkContinuation:
    """A `Continuation` by a network of this process."""

    def __init__(self, tokens: Any, token_ids: Any) -> None:
        self._tokens = tokens
        self.token_ids = token_ids
        self.next, self._states = tokens.read(token_ids, token_ids, None)

    def grow(self, rows: Any, chosen: Any) -> None:
        """Keeps these rows (one may be kept several times), each with its chosen token added."""
        chosen = np.asarray(chosen, np.int32)[:, None]
        self.token_ids = np.concatenate([self.token_ids[rows], chosen], axis=1)
        states = None if self._states is None else [tf.gather(state, rows) for state in self._states]
        self.next, self._states = self._tokens.read(self.token_ids, chosen, states)
