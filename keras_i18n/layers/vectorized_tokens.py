from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers.ragged_rows import scattered
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import cut, shown

OUTPUT_MODES = ("int", "multi_hot", "count", "tf_idf")


@keras.saving.register_keras_serializable(package="keras_i18n")
class VectorizedTokens(keras.layers.Layer):
    """What Keras' `TextVectorization` makes of token ids: ids padded with 0, or one number for each token there is.

    It stands behind a `TextVectorizationTokenization`, so that both together give what the layer gives.

    Args:
        output_mode: "int", "multi_hot", "count" or "tf_idf".
        size: how many numbers a text gets; not for "int".
        sequence_length: with "int", how many ids a text gets exactly; None for as many as the longest.
        idf_weights: with "tf_idf", a weight for each token; set later where it is None.

    Input shape: `(batch, tokens)`, int32, padded with -1.
    Output shape: `(batch, sequence_length)`, int32, padded with 0; or `(batch, size)`, float32.

    Raises:
        ValueError: for an unknown mode, or one without its size.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> np.array(layers.VectorizedTokens("count", size=4)(np.array([[3, 1, 3, -1]], "int32"))).tolist()
    [[0.0, 1.0, 0.0, 2.0]]
    >>> np.array(layers.VectorizedTokens(sequence_length=5)(np.array([[3, 1, -1]], "int32"))).tolist()
    [[3, 1, 0, 0, 0]]
    """

    def __init__(
        self,
        output_mode: str = "int",
        *,
        size: int | None = None,
        sequence_length: int | None = None,
        idf_weights: Sequence[float] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "trainable": False})
        if output_mode not in OUTPUT_MODES:
            raise ValueError(
                f"`output_mode` must be one of {', '.join(map(repr, OUTPUT_MODES))}. Received: {shown(output_mode)}."
            )
        if (output_mode != "int") == (size is None) or (sequence_length is not None and output_mode != "int"):
            raise ValueError(
                "`size` goes with an `output_mode` other than 'int', `sequence_length` with 'int'. "
                f"Received: {shown(output_mode)}, size={cut(size)}, sequence_length={cut(sequence_length)}."
            )
        self.output_mode, self.size, self.sequence_length = output_mode, size, sequence_length
        self.idf_weights = None
        if output_mode == "tf_idf":
            self.idf_weights = self.add_weight(
                name="idf_weights", shape=(size,), dtype="float32", initializer="ones", trainable=False
            )
            if idf_weights is not None:
                self.idf_weights.assign(np.asarray(idf_weights, "float32"))

    @classmethod
    def from_layer(cls, layer: Any, **options: Any) -> Self:
        """What a `TextVectorization` or `StringLookup` layer does with its ids."""
        config = layer.get_config()
        mode = config["output_mode"]
        if mode == "int":
            return cls(mode, sequence_length=config.get("output_sequence_length"), **options)
        size = config["max_tokens"] if config.get("pad_to_max_tokens") else layer.vocabulary_size()
        stored: dict[str, Any] = {}
        layer.save_own_variables(stored)  # a TextVectorization and a StringLookup keep their idf weights in it
        weights = stored.get("idf_weights")
        if weights is not None:  # ids beyond the vocabulary never come
            weights = np.pad(np.asarray(weights, "float32"), (0, size))[:size].tolist()
        return cls(mode, size=size, idf_weights=weights, **options)

    def build(self, token_ids_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, token_ids: Tensor) -> Tensor:
        token_ids = tf.cast(token_ids, tf.int32)
        if self.output_mode == "int":
            return self._padded(token_ids)
        batch, size = tf.shape(token_ids)[0], self.size
        is_token = (token_ids >= 0) & (token_ids < size)
        # a token that came before is not counted again: of equal places the runtimes' scatters differ
        equal = tf.equal(tf.expand_dims(token_ids, 2), tf.expand_dims(token_ids, 1))
        place = tf.range(tf.shape(token_ids)[1])
        earlier = tf.expand_dims(tf.expand_dims(place, 0) < tf.expand_dims(place, 1), 0)
        first = is_token & tf.logical_not(tf.reduce_any(equal & earlier, axis=2))
        counts = tf.ones_like(token_ids)
        if self.output_mode != "multi_hot":
            counts = tf.reduce_sum(tf.cast(equal, tf.int32), axis=2)
        places = tf.where(first, token_ids + tf.expand_dims(tf.range(batch) * size, 1), batch * size)
        flat = scattered(tf.reshape(places, [-1]), tf.reshape(counts, [-1]), batch * size)
        found = tf.cast(tf.reshape(flat, tf.stack([batch, size])), tf.float32)
        return found if self.idf_weights is None else found * tf.convert_to_tensor(self.idf_weights)

    def _padded(self, token_ids):
        token_ids = tf.maximum(token_ids, 0)
        if self.sequence_length is None:
            return token_ids
        token_ids = tf.pad(token_ids, [[0, 0], [0, self.sequence_length]])[:, : self.sequence_length]
        return tf.reshape(token_ids, tf.stack([tf.shape(token_ids)[0], self.sequence_length]))

    def compute_output_spec(self, token_ids: Tensor) -> Tensor:
        if self.output_mode == "int":
            return keras.KerasTensor((token_ids.shape[0], self.sequence_length), dtype="int32")
        return keras.KerasTensor((token_ids.shape[0], self.size), dtype="float32")

    def get_config(self) -> Config:
        return super().get_config() | {
            "output_mode": self.output_mode,
            "size": self.size,
            "sequence_length": self.sequence_length,
        }
