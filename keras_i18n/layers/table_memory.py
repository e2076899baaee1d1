"""Large tables in memory once: filled from a file some rows at a time."""

from typing import Any

import keras
import tensorflow as tf

_LARGE = 1 << 22  # numbers
_AT_ONCE = 1 << 20


def load_tables(layer: keras.layers.Layer, store: Any) -> None:
    """What `layer.load_own_variables(store)` does for a layer without layers inside, with less memory.

    Keras makes three copies of each array before it becomes a variable; here some rows at a time are read from the file and
    written into the variable.

    Args:
        layer: built a moment ago, not yet called.
        store: "0", "1", ... -> the values of its weights in their order; where it has `dataset(name)`, that is a data set of
            an open HDF5 file.

    Raises:
        ValueError: another number of weights, or of other shapes.
    """
    if len(store.keys()) != len(layer.weights):
        raise ValueError(f"Layer '{layer.name}' has {len(layer.weights)} weights. Received: {len(store.keys())}.")
    plain = hasattr(store, "dataset") and tf.executing_eagerly() and not tf.distribute.has_strategy()
    for number, weight in enumerate(layer.weights):
        name = str(number)
        values = store.dataset(name) if plain else None
        if values is None or values.size <= _LARGE or not _filled(weight, values):
            weight.assign(store[name])


def _filled(weight, values):
    """Whether a variable of the very shape and type of a data set was filled with it."""
    variable, shape = weight.value, tuple(values.shape)
    if shape != tuple(weight.shape) or values.dtype != weight.dtype:
        return False
    step = max(1, _AT_ONCE * shape[0] // values.size)
    for start in range(0, shape[0], step):
        rows = values[start : start + step]
        tf.raw_ops.ResourceScatterUpdate(
            resource=variable.handle, indices=tf.range(start, start + len(rows)), updates=rows
        )
    return True
