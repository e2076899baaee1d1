import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from keras_i18n.keras_privates import all_layers, made_by

_POLICIES = {None: None, "float16": "mixed_float16", "bfloat16": "mixed_bfloat16"}

MIXED_PRECISIONS = tuple(_POLICIES)


@contextlib.contextmanager
def computing_in(model: Any, mixed_precision: str | None) -> Iterator[None]:
    """A block in which a model's network computes in 16 bits; its weights, and what it gives afterwards, are float32.

    What makes its outputs goes on in float32, be it the last layer or a table that scores tokens: losses of 16-bit
    probabilities do not train (Micikevicius et al. 2018).

    Args:
        model: a `TextModel`.
        mixed_precision: "float16", "bfloat16" or None, which changes nothing.
    """
    policy = _POLICIES[mixed_precision]
    if policy is None:
        yield
        return
    network = model.network
    layers = [layer for layer in all_layers(network) if layer.compute_dtype == "float32"]
    policies = [layer.dtype_policy for layer in layers]
    last = {id(layer) for output in network.outputs for layer in all_layers(made_by(output)[0])}
    try:
        for layer in layers:
            if id(layer) not in last:
                layer.dtype_policy = keras.dtype_policies.DTypePolicy(policy)
        yield
    finally:
        for layer, policy in zip(layers, policies, strict=True):
            layer.dtype_policy = policy
        # what was traced in the block, by a callback that predicts or by Keras itself, computes in 16 bits for ever
        model.forget_graphs()
        network.train_function = network.test_function = network.predict_function = None


@contextlib.contextmanager
def in_float32(network: keras.Model) -> Iterator[None]:
    """A block inside of `computing_in` in which the layers say again that they compute in float32, as a file must."""
    layers = [layer for layer in all_layers(network) if layer.dtype_policy.name in _POLICIES.values()]
    policies = [layer.dtype_policy for layer in layers]
    try:
        for layer in layers:
            layer.dtype_policy = "float32"
        yield
    finally:
        for layer, policy in zip(layers, policies, strict=True):
            layer.dtype_policy = policy


def scaling_optimizer(optimizer: keras.optimizers.Optimizer, mixed_precision: str | None) -> keras.optimizers.Optimizer:
    """The optimizer, its loss scaled where gradients in float16 would else vanish."""
    if mixed_precision != "float16" or isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)
