"""The network of a translator as Keras trains it: smoothed labels, and the running average of its weights."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.protocols import Tensor


class TrainingNetwork(keras.Model):
    """A translation network with a training step of its own.

    Beside the weights it keeps their running average, which is what translates in the end. In the beginning the average
    forgets faster: the first steps are far from where the training ends.

    Args:
        network: the network, whose layers are shared.
        label_smoothing: share of a token's probability that is spread over all tokens.
        averaging: share of the average that stays at each step; 0 for the weights themselves.
        consistency: weight of the nats by which two readings of a pair, each with dropout of its own, disagree: R-Drop
            (Liang et al. 2021, arXiv 2106.14448). 0 for one reading.
        trained_rows: bool `(vocabulary,)`, the rows of the joint table of vectors that are trained; None for all.
    """

    def __init__(
        self,
        network: keras.Model,
        *,
        label_smoothing: float,
        averaging: float,
        consistency: float = 0.0,
        trained_rows: np.ndarray | None = None,
    ) -> None:
        super().__init__(name=f"{network.name}_training")
        self.network = network
        self.label_smoothing, self.averaging, self.consistency = label_smoothing, averaging, consistency
        self._trained_rows = None if trained_rows is None else np.asarray(trained_rows, "float32")[:, None]
        self._average = [
            self.add_weight(
                name=f"average_{place}", shape=weight.shape, initializer="zeros", trainable=False, autocast=False
            )
            for place, weight in enumerate(network.trainable_weights)
        ]
        for average, weight in zip(self._average, network.trainable_weights, strict=True):
            average.assign(weight)
        self._nats = keras.metrics.Mean(name="loss")
        self.built = True

    @property
    def metrics(self) -> list[Any]:
        return [self._nats]

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        return self.network(inputs, training=training)

    def train_step(self, data: Any) -> dict[str, Any]:
        source_ids, target_ids = data
        if self.consistency:
            source_ids, target_ids = (tf.concat([ids, ids], axis=0) for ids in data)
        following = target_ids[:, 1:]
        with tf.GradientTape() as tape:
            logits = self.network([source_ids, target_ids[:, :-1]], training=True)
            loss = smoothed_loss(following, logits, self.label_smoothing)
            whole = loss
            if self.consistency:
                whole += self.consistency * disagreement(following, logits)
            if isinstance(self.optimizer, keras.optimizers.LossScaleOptimizer):
                whole = self.optimizer.scale_loss(whole)
        variables = self.network.trainable_weights
        gradients = tape.gradient(whole, [variable.value for variable in variables])
        # a tied table has a dense gradient as an output projection; as slices Keras would not sum repeated rows
        gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
        if self._trained_rows is not None:
            table = self.network.get_layer("embedding").embeddings
            gradients = [
                gradient * self._trained_rows if variable is table else gradient
                for gradient, variable in zip(gradients, variables, strict=True)
            ]
        self.optimizer.apply(gradients, variables)
        self._update_average(variables)
        self._nats.update_state(loss, sample_weight=tf.reduce_sum(tf.cast(following >= 0, "float32")))
        return {"loss": self._nats.result()}

    def _update_average(self, variables):
        steps = tf.cast(self.optimizer.iterations, "float32")
        kept = tf.minimum(self.averaging, steps / (steps + 10.0))
        for average, variable in zip(self._average, variables, strict=True):
            average.assign(kept * average + (1.0 - kept) * variable)

    def exchange(self) -> None:
        """The network gets the average and the average its weights; once more, and all is as before."""
        for average, weight in zip(self._average, self.network.trainable_weights, strict=True):
            values = weight.numpy()
            weight.assign(average)
            average.assign(values)


def smoothed_loss(token_ids: Tensor, logits: Tensor, label_smoothing: float) -> Tensor:
    """Mean nats of the tokens, padding (ids below 0) left out.

    Args:
        token_ids: int32 `(batch, tokens)`. logits: `(batch, tokens, vocabulary)`.
        label_smoothing: share of the probability that is spread evenly: Szegedy et al. 2016.

    >>> logits = tf.math.log([[[0.5, 0.25, 0.25]]])
    >>> round(float(smoothed_loss(tf.constant([[0]]), logits, 0.0)), 4)
    0.6931
    """
    vocabulary_size = logits.shape[-1]
    flat = tf.cast(tf.reshape(token_ids, [-1]), "int32")
    present = tf.cast(flat >= 0, "float32")
    logits = tf.reshape(tf.cast(logits, "float32"), (-1, vocabulary_size))
    nats = _smoothed_nats(tf.maximum(flat, 0), logits, label_smoothing)
    return tf.reduce_sum(nats * present) / tf.maximum(tf.reduce_sum(present), 1.0)


def disagreement(token_ids: Tensor, logits: Tensor) -> Tensor:
    """Mean nats between two readings of the same texts: Kullback-Leibler divergence, half of it from each side.

    Args:
        token_ids: int32 `(2 x batch, tokens)`, padding below 0; the second half repeats the first.
        logits: `(2 x batch, tokens, vocabulary)`.

    >>> logits = tf.math.log([[[0.5, 0.5]], [[0.25, 0.75]]])
    >>> round(float(disagreement(tf.constant([[0], [0]]), logits)), 4)
    0.1373
    """
    one, other = tf.split(tf.nn.log_softmax(tf.cast(logits, "float32")), 2)
    # the sum of both divergences, in one pass
    nats = 0.5 * tf.reduce_sum((tf.exp(one) - tf.exp(other)) * (one - other), axis=-1)
    present = tf.cast(tf.split(token_ids, 2)[0] >= 0, "float32")
    return tf.reduce_sum(nats * present) / tf.maximum(tf.reduce_sum(present), 1.0)


def _smoothed_nats(token_ids, logits, label_smoothing):
    """Nats of each row; few passes over the scores, which are most of what a small model computes."""

    @tf.custom_gradient
    def nats_of(logits):
        # one kernel gives the nats and what they differ by: the probabilities, less 1 at the token
        nats, slope = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(features=logits, labels=token_ids)
        if label_smoothing:
            chosen = tf.gather(logits, token_ids, batch_dims=1)
            nats += label_smoothing * (chosen - tf.reduce_mean(logits, axis=-1))

        def gradient(upstream):
            rows = tf.expand_dims(upstream, 1)
            if not label_smoothing:
                return slope * rows
            spread = (slope - label_smoothing / logits.shape[-1]) * rows
            places = tf.stack([tf.range(tf.size(token_ids)), token_ids], axis=1)
            return tf.tensor_scatter_nd_add(spread, places, label_smoothing * upstream)

        return nats, gradient

    return nats_of(logits)
