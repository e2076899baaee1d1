import keras
import tensorflow as tf
from keras import ops

from keras_i18n.layers.cross_attention import CrossAttention
from keras_i18n.protocols import Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class CachedSelfAttention(CrossAttention):
    """A token looks at itself and at those before it; a step keeps keys and values of those before.

    Args:
        num_heads, dropout: as in `CrossAttention`.

    Input shape: `(batch, tokens, dim)`.
    Output shape: that of the input.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> layer = layers.CachedSelfAttention(2)
    >>> text = np.random.default_rng(0).normal(size=(1, 3, 4)).astype("float32")
    >>> whole, cache = np.array(layer(text)), layer.empty_cache(1, 3)
    >>> for place in range(3):
    ...     output, cache = layer.step(text[:, place], cache, place)
    >>> bool(np.allclose(output, whole[:, -1], atol=1e-6))
    True
    """

    def build(self, vectors_shape: Shape) -> None:
        super().build([vectors_shape, vectors_shape])

    def call(self, vectors: Tensor, mask: Tensor | None = None, training: bool | None = None) -> Tensor:
        places = ops.arange(ops.shape(vectors)[1], dtype="int32")
        seen = ops.greater_equal(ops.expand_dims(places, -1), ops.expand_dims(places, 0))
        keys, values = self.project(vectors)
        seen = ops.expand_dims(ops.expand_dims(seen, 0), 0)
        return self.attend(vectors, keys, values, seen, training=training)

    def empty_cache(self, batch: Tensor, most_tokens: Tensor) -> list[Tensor]:
        """Keys and values of no token, with room for `most_tokens`: each `(batch, heads, most_tokens, head_dim)`."""
        head_dim = self._projections["queries"].units // self.num_heads
        return [tf.zeros(tf.stack([batch, self.num_heads, most_tokens, head_dim])) for _ in range(2)]

    def step(self, vector: Tensor, cache: list[Tensor], place: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The token at `place`: `(batch, dim)` and the cache before, to the output and the cache after."""
        places = tf.reshape(tf.range(tf.shape(cache[0])[2]), (1, 1, -1, 1))
        dim = vector.shape[-1]
        shape = (-1, self.num_heads, 1, dim // self.num_heads)
        new = [tf.reshape(part, shape) for part in tf.split(self._projections["keys_values"](vector), 2, axis=-1)]
        cache = [tf.where(tf.equal(places, place), own, old) for own, old in zip(new, cache, strict=True)]
        seen = tf.reshape(places <= place, (1, 1, 1, -1))
        return self.attend_one(vector, cache[0], cache[1], seen), cache

    def compute_output_shape(self, vectors_shape: Shape) -> Shape:
        return vectors_shape
