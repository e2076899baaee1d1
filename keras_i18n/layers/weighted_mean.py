"""The weighted mean of several tensors."""

import keras


@keras.saving.register_keras_serializable(package="keras_i18n")
class WeightedMean(keras.layers.Layer):
    """The weighted mean of several tensors of one shape. `weights` are plain numbers."""

    def __init__(self, weights, **kwargs):
        super().__init__(**kwargs)
        self.shares = [float(weight) for weight in weights]

    def call(self, tensors):
        total = tensors[0] * self.shares[0]
        for tensor, share in zip(tensors[1:], self.shares[1:], strict=True):
            total = total + tensor * share
        return total

    def compute_output_shape(self, shapes):
        return shapes[0]

    def get_config(self):
        return {**super().get_config(), "weights": self.shares}
