"""Runs an encoder of n-grams and pieces on token id sequences without padding."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from keras_i18n import native_logs, networks
from keras_i18n.forked import refuse_forked
from keras_i18n.networks.ngram_sentence_encoder import BOTH, GATE, NGRAMS, OPENED
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import TokenIds

_TEXTS = 256  # at once


class NgramEncoderForward:
    """Runs a network of `networks.ngram_sentence_encoder`; the answers are its own, float32 rounding apart.

    Args:
        network: built by `networks.ngram_sentence_encoder`; its weights are read at each call.
        encode: what runs its encoder, sequences of pieces -> vectors.
    """

    def __init__(self, network: keras.Model, encode: Callable[[TokenIds], np.ndarray]) -> None:
        self.rows, self.dim = network.get_layer(NGRAMS), network.output_shape[-1]
        self.encode = encode
        known, own, gate = network.get_layer(BOTH).input
        self.opened = {layer.name: layer for layer in network.layers}.get(OPENED)  # by the ids of a text
        # two graphs with the gate between them: a network whose gate opens runs the very graphs of one whose gate does not
        self._halves = _graph([self.rows.output], [own, network.get_layer(GATE).output])
        self._rest = _graph([known, own, gate], network.outputs[0])

    @staticmethod
    def fits(network: keras.Model) -> bool:
        """Whether a network is such a one."""
        return networks.is_ngram_sentence_encoder(network)

    @native_logs.python_quiet()
    def __call__(self, sequences: TokenIds, *, progress: ProgressOption = None) -> np.ndarray:
        """Vectors of token id sequences, float32 `(texts, dim)`."""
        refuse_forked()
        parts = []
        counter = Counter(progress, "texts", total=len(sequences))
        for start in range(0, len(sequences), _TEXTS):
            part = [np.asarray(sequence) for sequence in sequences[start : start + _TEXTS]]
            parts.append(self._vectors(part))
            counter.add(len(part))
        return np.concatenate(parts) if parts else np.zeros((0, self.dim), "float32")

    def _vectors(self, part):
        first = self.rows.vocabulary_size
        pieces = self.encode([ids[ids >= first] - first for ids in part])
        ngrams = [np.unique(ids[(ids >= 0) & (ids < first)]) for ids in part]
        counts = np.array([len(ids) for ids in ngrams], "int32")
        # a column of one token each: its row, alone
        rows = self.rows(np.concatenate(ngrams)[:, None].astype("int32"))
        summed = tf.math.unsorted_segment_sum(rows, np.repeat(np.arange(len(part)), counts), len(part))
        summed *= tf.math.rsqrt(tf.maximum(tf.cast(counts, tf.float32), 1.0))[:, None]
        own, gate = self._halves(summed)
        if self.opened is not None:
            gate = self.opened([gate, np.array([[ids.max(initial=-1)] for ids in part], "int32")])
        return self._rest(tf.convert_to_tensor(pieces), own, gate).numpy()


def _graph(inputs, outputs):
    """A part of a network for any number of texts, as one graph: by example each number would be a graph of its own."""
    part = keras.Model(inputs, outputs)

    def run(*given):
        return part(list(given) if len(given) > 1 else given[0], training=False)

    return tf.function(
        run, input_signature=[tf.TensorSpec(one.shape, tf.float32) for one in part.inputs], autograph=False
    )
