import contextlib

import keras

_POLICIES = {None: None, "float16": "mixed_float16", "bfloat16": "mixed_bfloat16"}

MIXED_PRECISIONS = tuple(_POLICIES)


@contextlib.contextmanager
def computing_in(network, mixed_precision):
    """A block in which a network computes in 16 bits; its weights are float32 all along, and so is what it gives after.

    The last layer goes on in float32: losses of 16-bit probabilities do not train (Micikevicius et al. 2018).

    Args:
        network: a `keras.Model`.
        mixed_precision: "float16", "bfloat16" or None, which changes nothing.
    """
    policy = _POLICIES[mixed_precision]
    if policy is None:
        yield
        return
    layers = [layer for layer in _all_layers(network) if layer.compute_dtype == "float32"]
    policies = [layer.dtype_policy for layer in layers]
    last = {id(layer) for layer in _all_layers(network.layers[-1])}
    try:
        for layer in layers:
            if id(layer) not in last:
                layer.dtype_policy = keras.dtype_policies.DTypePolicy(policy)
        yield
    finally:
        for layer, policy in zip(layers, policies, strict=True):
            layer.dtype_policy = policy
        network.make_predict_function(force=True)


def scaling_optimizer(optimizer, mixed_precision):
    """The optimizer, its loss scaled where gradients in float16 would else vanish."""
    if mixed_precision != "float16" or isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return optimizer
    return keras.optimizers.LossScaleOptimizer(optimizer)


def _all_layers(layer):
    return list(layer._flatten_layers())
