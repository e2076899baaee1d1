"""Activations by name, in the form that every runtime has."""

from collections.abc import Callable

import keras

from keras_i18n.protocols import Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
def tanh_gelu(x: Tensor) -> Tensor:
    """GELU in its tanh form: the exact one needs an operator (Erfc) that ONNX Runtime lacks."""
    return keras.activations.gelu(x, approximate=True)


def get_activation(activation: str | Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """The activation of this name; "gelu" is its tanh form, which differs from the exact one by at most 5e-4."""
    return tanh_gelu if activation == "gelu" else keras.activations.get(activation)
