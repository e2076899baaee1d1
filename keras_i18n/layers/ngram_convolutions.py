from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class NgramConvolutions(keras.layers.Layer):
    """Reads token n-grams: for each order, two residual convolutions over its own slice of the features.

    A slice of `dim` features belongs to each order. A convolution sees `(order - 1) // 2` tokens to the left and the
    rest of the order to the right, zeros beyond the ends of the text, and adds its ReLU to what came in.
    Source: the n-gram branches of the multilingual universal sentence encoder (Yang et al. 2020, arXiv 1907.04307).

    Args:
        orders: lengths of the n-grams.
        dim: features of an order.

    Input shape: `(batch, tokens, len(orders) * dim)`; `mask` bool `(batch, tokens)`.
    Output shape: as the input; padding gives zeros.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> ngrams = layers.NgramConvolutions(orders=(2, 3), dim=4)
    >>> ngrams(np.ones((1, 5, 8), "float32"), mask=np.ones((1, 5), bool)).shape
    TensorShape([1, 5, 8])
    """

    def __init__(self, *, orders: Sequence[int] = (2, 3, 5), dim: int = 256, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.orders = tuple(int(order) for order in orders)
        self.dim = int(dim)
        if not self.orders or min(self.orders) < 1:
            raise ValueError(f"`orders` must hold n-gram lengths of at least 1. Received: {shown(orders)}.")
        if self.dim < 1:
            raise ValueError(f"`dim` must be at least 1. Received: {shown(dim)}.")
        self.supports_masking = True

    def build(self, features_shape: Shape) -> None:
        if features_shape[-1] != len(self.orders) * self.dim:
            raise ValueError(
                f"The features must be {len(self.orders)} orders x {self.dim} wide = {len(self.orders) * self.dim}. "
                f"Received: shape {shown(tuple(features_shape))}."
            )
        self.convolutions = [
            [
                (
                    self.add_weight(name=f"kernel_{order}_{depth}", shape=(order, self.dim, self.dim)),
                    self.add_weight(name=f"bias_{order}_{depth}", shape=(self.dim,), initializer="zeros"),
                )
                for depth in (1, 2)
            ]
            for order in self.orders
        ]
        self.built = True

    def call(self, features: Tensor, mask: Tensor | None = None) -> Tensor:
        branches = []
        for branch, convolutions in enumerate(self.convolutions):
            x = features[:, :, branch * self.dim : (branch + 1) * self.dim]
            for kernel, bias in convolutions:
                x = _without_padding(x, mask)
                x = x + ops.relu(_convolved(x, kernel) + bias)
            branches.append(_without_padding(x, mask))
        return ops.concatenate(branches, axis=-1)

    def compute_mask(self, features: Tensor, previous_mask: Tensor | None = None) -> Tensor | None:
        return None

    def compute_output_shape(self, features_shape: Shape) -> Shape:
        return features_shape

    def get_config(self) -> Config:
        return {**super().get_config(), "orders": self.orders, "dim": self.dim}


def _convolved(x, kernel):
    """The convolution as one product of each token's window with the kernel.

    LiteRT hands products with int8 weights to its fast kernels, convolutions with such weights to slow ones: they took half
    of the time of a file.
    """
    order, dim, _ = kernel.shape
    left = (order - 1) // 2
    x = ops.pad(x, [[0, 0], [left, order - 1 - left], [0, 0]])
    # all but the last `order - 1 - place` of the padded tokens
    windows = [x[:, place : place + 1 - order or None] for place in range(order)]
    return ops.matmul(ops.concatenate(windows, axis=-1), ops.reshape(kernel, (order * dim, -1)))


def _without_padding(x, mask):
    return x if mask is None else ops.where(ops.expand_dims(mask, -1), x, ops.zeros_like(x))
