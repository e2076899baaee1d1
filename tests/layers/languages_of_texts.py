"""Stands in for an input that tells the language of each text."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="tests")
class LanguageOfFirstToken(keras.layers.Layer):
    """0 or 1 by the first token, -1 for the empty text."""

    def call(self, token_ids):
        return tf.minimum(token_ids[:, 0], 1)

    def compute_output_spec(self, token_ids):
        return keras.KerasTensor(token_ids.shape[:1], "int32")
