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
        known = network.get_layer(BOTH).input[0]
        self.opened = {layer.name: layer for layer in network.layers}.get(OPENED)  # by the ids of a text
        # any number of texts, one graph: by example each number would be a graph of its own
        of_vectors = [tf.TensorSpec(one.shape, tf.float32) for one in (self.rows.output, known)]
        if self.opened is None:
            rest = keras.Model([self.rows.output, known], network.outputs[0])

            def run(*given):
                return rest(list(given), training=False)

        else:
            # the network's own input stays out of it: a model that begins at other tensors takes an input's node away
            gate = keras.Model(self.rows.output, network.get_layer(GATE).output)
            rest = keras.Model([self.rows.output, known, self.opened.output], network.outputs[0])
            of_vectors.append(tf.TensorSpec((None, 1), tf.int32))

            def run(*given):
                *vectors, ids = given
                return rest([*vectors, self.opened([gate(vectors[0], training=False), ids])], training=False)

        self._rest = tf.function(run, input_signature=of_vectors, autograph=False)

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
        highest = [np.array([[ids.max(initial=-1)] for ids in part], "int32")] if self.opened is not None else []
        return self._rest(summed, tf.convert_to_tensor(pieces), *highest).numpy()
