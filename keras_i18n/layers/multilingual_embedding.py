import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable(package="keras_i18n")
class MultilingualEmbedding(keras.layers.Layer):
    """Looks up the vector of each token id; padding gives zeros.

    Args:
        vocabulary_size: number of rows.
        dim: size of a vector.
        padding_id: the id that stands for padding.
        embeddings_initializer: how a new table is filled.

    Input shape: `(batch, tokens)`, int32.
    Output shape: `(batch, tokens, dim)`.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> embedding = layers.MultilingualEmbedding(100, 4)
    >>> np.array(embedding(np.array([[7, -1]], "int32")))[0, 1]
    array([0., 0., 0., 0.], dtype=float32)
    """

    def __init__(self, vocabulary_size, dim, *, padding_id=-1, embeddings_initializer="uniform", **kwargs):
        super().__init__(**kwargs)
        for name, value in (("vocabulary_size", vocabulary_size), ("dim", dim)):
            if int(value) < 1:
                raise ValueError(f"`{name}` must be at least 1. Received: {value!r}.")
        self.vocabulary_size = int(vocabulary_size)
        self.dim = int(dim)
        self.padding_id = int(padding_id)
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer)

    def build(self, token_ids_shape=None):
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.vocabulary_size, self.dim),
            initializer=self.embeddings_initializer,
            autocast=False,  # half precision: cast the rows that are read, not the table
        )
        self.built = True

    def call(self, token_ids):
        token_ids = ops.cast(token_ids, "int32")
        mask = ops.expand_dims(ops.not_equal(token_ids, self.padding_id), -1)
        # straight from the variable: `ops.take` reads the whole table first
        vectors = tf.gather(self.embeddings.value, ops.maximum(token_ids, 0))
        vectors = ops.cast(vectors, self.compute_dtype)
        return ops.where(mask, vectors, ops.zeros_like(vectors))

    def compute_output_shape(self, token_ids_shape):
        return (*token_ids_shape, self.dim)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "dim": self.dim,
            "padding_id": self.padding_id,
            "embeddings_initializer": keras.initializers.serialize(self.embeddings_initializer),
        }
