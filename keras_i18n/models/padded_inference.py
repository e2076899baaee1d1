"""Runs a network on token id sequences of any lengths."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from keras_i18n import native_logs, networks
from keras_i18n.forked import refuse_forked
from keras_i18n.models.bag_inference import BagForward
from keras_i18n.models.ngram_encoder_inference import NgramEncoderForward
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import TokenIds

native_logs.silence_retracing()


class PaddedForward:
    """Runs any network on padded batches of texts of about one length.

    Args:
        network: `keras.Model`, token ids -> numbers.
        padding_id: the tokenizer's.
        max_tokens: size of a batch, padding counted.
        max_texts: the most texts of a batch.
    """

    def __init__(
        self, network: keras.Model, *, padding_id: int, max_tokens: int = 16_384, max_texts: int = 512
    ) -> None:
        self.network = network
        self.padding_id = padding_id
        self.max_tokens = max_tokens
        self.max_texts = max_texts
        self._forward = tf.function(
            lambda token_ids: network(token_ids, training=False),
            input_signature=[tf.TensorSpec([None, None], tf.int32)],
            autograph=False,
        )

    def __call__(self, sequences: TokenIds, *, progress: ProgressOption = None) -> np.ndarray:
        """Encodes token id sequences; returns float32 `(texts, ...)` in the order given."""
        refuse_forked()
        order = np.argsort([len(sequence) for sequence in sequences], kind="stable")
        outputs = None
        counter = Counter(progress, "texts", total=len(sequences))
        for rows in self._batches(order, sequences):
            longest = max(1, len(sequences[rows[-1]]))
            batch = np.full((len(rows), longest), self.padding_id, "int32")
            for place, row in enumerate(rows):
                batch[place, : len(sequences[row])] = sequences[row]
            result = self._forward(batch).numpy()
            if outputs is None:
                outputs = np.empty((len(sequences), *result.shape[1:]), result.dtype)
            outputs[rows] = result
            counter.add(len(rows))
        return np.zeros((0, self.network.output_shape[-1]), "float32") if outputs is None else outputs

    def _batches(self, order, sequences):
        start = 0
        for stop in range(1, len(order) + 1):
            full = stop == len(order) or (
                stop - start >= self.max_texts or (stop + 1 - start) * len(sequences[order[stop]]) > self.max_tokens
            )
            if full:
                yield order[start:stop]
                start = stop


# What runs a network faster than padded batches do; each tells which networks it fits.
_FASTER = (networks.PackedSentenceEncoder,)


def forward_of(network: keras.Model, padding_id: int) -> Callable[..., np.ndarray]:
    """The fastest known way to run a network on token id sequences."""
    if BagForward.fits(network):
        encoder = networks.bag_encoder(network)
        return BagForward(network, None if encoder is None else forward_of(encoder, padding_id))
    if NgramEncoderForward.fits(network):
        return NgramEncoderForward(network, forward_of(networks.inner_encoder(network), padding_id))
    for faster in _FASTER:
        if faster.fits(network):
            return faster(network)
    return PaddedForward(network, padding_id=padding_id)
