from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_i18n.protocols import Config, Shape, Tensor

_SMALLEST = 1e-6


@keras.saving.register_keras_serializable(package="keras_i18n")
class NgramLogits(keras.layers.Layer):
    """Log odds of the labels from what the n-grams of a text sum up to, and from an encoder where there is one.

    The sums of a text are divided by the length of its vector of weights, so that long texts count as short ones do
    (TF-IDF). Where new n-grams count, a text that has many is the longer for them, and less sure: what its few known
    ones say is not taken for all that it says. A text most of whose n-grams are new is not believed: its scores fade, and with them
    what the n-grams say of the encoder. Where they are known they tell how far the encoder is to be heard, so that it
    speaks in the languages that it knows.

    With a prior, a text that says nothing gets the log odds of the labels without a text: one that has no n-gram, and
    without an encoder one that has no known n-gram. `bias` belongs to texts that say something.

    Args:
        has_encoder: whether the log odds of an encoder come as a third input.
        has_prior: whether texts that say nothing have log odds of their own; files from before have none.
        counts_new: whether new n-grams count in the length of a text; in files from before only known ones do.

    Input: a list of float tensors: `scores (batch, labels)`, sums of the rows of the table of scores; `weights (batch,
    3)`, sums of squared weights of known n-grams, of squared weights of all, and of what they say of the encoder; with
    an encoder its log odds `(batch, labels)`.
    Output shape: `(batch, labels)`.

    Weights: `bias` of the labels, and `familiarity`, four numbers: the share of known weight at which the scores begin
    to count and the one from which they count in full, the encoder's factor before its n-grams are heard, and the one
    where the text is new. With a prior also `prior`, log odds of the labels.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layer = layers.NgramLogits()
    >>> np.array(layer([np.array([[6.0, -6.0]]), np.array([[9.0, 9.0, 0.0]])]))
    array([[ 2., -2.]], dtype=float32)
    """

    def __init__(
        self, *, has_encoder: bool = False, has_prior: bool = False, counts_new: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.has_encoder, self.has_prior, self.counts_new = bool(has_encoder), bool(has_prior), bool(counts_new)

    def build(self, shapes: Sequence[Shape]) -> None:
        self.bias = self.add_weight(name="bias", shape=(shapes[0][-1],), initializer="zeros")
        self.familiarity = self.add_weight(
            name="familiarity", shape=(4,), initializer=_first_familiarity, trainable=False
        )
        if self.has_prior:
            self.prior = self.add_weight(name="prior", shape=(shapes[0][-1],), initializer="zeros", trainable=False)
        self.built = True

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        scores, weights = inputs[:2]
        known, every, heard = (weights[:, place : place + 1] for place in range(3))
        begins, full, before, new = tf.unstack(ops.cast(ops.convert_to_tensor(self.familiarity), weights.dtype))
        share = known / tf.maximum(every, _SMALLEST)
        familiar = tf.clip_by_value((share - begins) / tf.maximum(full - begins, _SMALLEST), 0.0, 1.0)
        one_over_length = tf.math.rsqrt(tf.maximum(every if self.counts_new else known, _SMALLEST))
        logits = scores * (familiar * one_over_length)
        if self.has_encoder:
            factor = familiar * tf.maximum(before + heard * one_over_length, 0.0) + (1.0 - familiar) * new
            logits = logits + inputs[2] * factor
        logits = logits + ops.convert_to_tensor(self.bias)
        if not self.has_prior:
            return logits
        says = tf.cast((every if self.has_encoder else known) > 0.0, logits.dtype)
        return logits * says + ops.convert_to_tensor(self.prior) * (1.0 - says)

    def compute_output_shape(self, shapes: Sequence[Shape]) -> Shape:
        return tuple(shapes[0])

    def get_config(self) -> Config:
        options = {"has_encoder": self.has_encoder, "has_prior": self.has_prior, "counts_new": self.counts_new}
        return {**super().get_config(), **options}


def _first_familiarity(shape, dtype=None):
    return ops.cast(ops.array([-1.0, 0.0, 1.0, 1.0]), dtype)
