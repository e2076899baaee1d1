from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers.linear_recurrence import linear_recurrence
from keras_i18n.protocols import Config, Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class SSRU(keras.layers.Layer):
    """The simpler simple recurrent unit: a decoder's memory of what it wrote, of constant size.

    `f = sigmoid(W_f x + b)`, `c = f * c_before + (1 - f) * W x`, output `relu(c)`: no product of matrices depends on the
    state, so training computes all steps at once, and a step in use is two products of a vector. From Kim et al. 2019,
    "From Research to Production and Back: Ludicrously Fast Neural Machine Translation".

    A token sees those before it only: padding on the right changes nothing.

    Input shape: `(batch, tokens, dim)`.
    Output shape: that of the input.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layer = layers.SSRU()
    >>> text = np.random.default_rng(0).normal(size=(1, 3, 4)).astype("float32")
    >>> whole, state = np.array(layer(text)), np.zeros((1, 4), "float32")
    >>> for place in range(3):
    ...     output, state = layer.step(text[:, place], state)
    >>> bool(np.allclose(output, whole[:, -1], atol=1e-6))
    True
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def build(self, vectors_shape: Shape) -> None:
        dim = vectors_shape[-1]
        # forget gate and candidate in one product
        self.kernel = self.add_weight(name="kernel", shape=(dim, 2 * dim), initializer=_two_glorot)
        self.bias = self.add_weight(name="bias", shape=(dim,), initializer="zeros")
        self.built = True

    def call(self, vectors: Tensor, mask: Tensor | None = None) -> Tensor:
        forget, candidate = self._gates(vectors)
        return tf.nn.relu(linear_recurrence(forget, (1.0 - forget) * candidate))

    def step(self, vector: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One token: `(batch, dim)` and the state before, `(batch, dim)`, to the output and the state after."""
        forget, candidate = self._gates(vector)
        state = forget * state + (1.0 - forget) * candidate
        return tf.nn.relu(state), state

    def _gates(self, vectors):
        dim = vectors.shape[-1]
        projected = tf.matmul(vectors, tf.convert_to_tensor(self.kernel))
        forget = tf.sigmoid(projected[..., :dim] + tf.convert_to_tensor(self.bias))
        return forget, projected[..., dim:]

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return vectors_shape

    def get_config(self) -> Config:
        return super().get_config()


def _two_glorot(shape, dtype=None):
    """Each half as a matrix of its own would be initialised."""
    dim = shape[0]
    halves = [keras.initializers.GlorotUniform()((dim, dim), dtype=dtype) for _ in range(2)]
    return keras.ops.concatenate(halves, axis=-1)
