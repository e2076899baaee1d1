"""Runs a bag of n-grams on token id sequences without padding: a text's rows are gathered and summed."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_i18n import networks
from keras_i18n.forked import refuse_forked
from keras_i18n.models.convex.ngram_weights import counted
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import TokenIds

_TEXTS = 256  # at once


class BagForward:
    """Runs a network of `networks.ngram_bag`; the answers are its own, float32 rounding apart.

    Args:
        network: built by `networks.ngram_bag`; its weights are read at each call.
        encode: what runs its encoder, sequences of pieces -> vectors; None where it has none.
    """

    def __init__(self, network: keras.Model, encode: Callable[[TokenIds], np.ndarray] | None) -> None:
        self.network, self.encode = network, encode
        self.repeats = networks.bag_repeats(network)
        self.num_buckets = network.get_layer("score_table").vocabulary_size

    @staticmethod
    def fits(network: keras.Model) -> bool:
        """Whether a network is such a one, with tables as they were made."""
        return networks.is_ngram_bag(network) and all(
            hasattr(network.get_layer(name), "embeddings") for name in ("score_table", "weight_table")
        )

    def __call__(self, sequences: TokenIds, *, progress: ProgressOption = None) -> np.ndarray:
        """Scores of token id sequences, float32 `(texts, labels)`."""
        refuse_forked()
        out = np.zeros((len(sequences), self.network.output_shape[-1]), "float32")
        counter = Counter(progress, "texts", total=len(sequences))
        for start in range(0, len(sequences), _TEXTS):
            part = [np.asarray(sequence) for sequence in sequences[start : start + _TEXTS]]
            out[start : start + len(part)] = self._scores(part)
            counter.add(len(part))
        return out

    def _scores(self, part):
        ngrams = [counted(ids[(ids >= 0) & (ids < self.num_buckets)], self.repeats) for ids in part]
        ids = np.concatenate([np.repeat(*one) for one in ngrams])
        owner = np.repeat(np.arange(len(part)), [int(counts.sum()) for _, counts in ngrams])
        inputs: list[Any] = [self._summed(name, ids, owner, len(part)) for name in ("score_table", "weight_table")]
        if self.encode is not None:
            vectors = self.encode([ids[ids >= self.num_buckets] - self.num_buckets for ids in part])
            inputs.append(self.network.get_layer("encoder_logits")(vectors))
        return np.asarray(self.network.get_layer("scores")(self.network.get_layer("logits")(inputs)))

    def _summed(self, name, ids, owner, count):
        rows = tf.gather(self.network.get_layer(name).embeddings.value, ids)
        return tf.math.unsorted_segment_sum(rows, owner, count)
