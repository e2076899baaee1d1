"""Activations by name, in the form that every runtime has."""

from collections.abc import Callable

import keras

from keras_i18n.protocols import Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
def tanh_gelu(x: Tensor) -> Tensor:
    """GELU in its tanh form: the exact one needs an operator (Erfc) that ONNX Runtime lacks."""
    return keras.activations.gelu(x, approximate=True)


@keras.saving.register_keras_serializable(package="keras_i18n")
def exact_gelu(x: Tensor) -> Tensor:
    """GELU by the error function; a name of its own, for "gelu" stands for the tanh form here."""
    return keras.activations.gelu(x, approximate=False)


def get_activation(activation: str | Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """The activation of this name; "gelu" is its tanh form, which differs from the exact one by at most 5e-4.

    Keras' own function `gelu` is the exact one.
    """
    if activation is keras.activations.gelu:
        return exact_gelu
    return tanh_gelu if activation == "gelu" else keras.activations.get(activation)
