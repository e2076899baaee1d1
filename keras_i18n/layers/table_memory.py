"""Large tables in memory once: filled from a file without copies on the way."""

import ctypes
from typing import Any

import keras
import numpy as np
import tensorflow as tf

_LARGE = 1 << 22  # numbers


def load_tables(layer: keras.layers.Layer, store: Any) -> None:
    """What `layer.load_own_variables(store)` does for a layer without layers inside, with less memory.

    Keras makes three copies of each array before it becomes a variable; here the file is read into the variable's own
    memory, which nobody else has seen yet.

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
    """Whether a variable on the processor, of the very shape and type of a data set, was filled with it."""
    variable = weight.value
    shape, dtype = tuple(values.shape), values.dtype
    if shape != tuple(weight.shape) or dtype != weight.dtype or "CPU" not in variable.device:
        return False
    memory = np.asarray(memoryview(variable.read_value()))  # no copy: the variable's own, for reading
    values.read_direct(_writable(memory))
    last = shape[0] - 1
    return all(np.array_equal(variable.read_value()[row].numpy(), values[row]) for row in (0, last // 2, last))


def _writable(memory):
    bytes_there = (ctypes.c_char * memory.nbytes).from_address(memory.ctypes.data)
    return np.frombuffer(bytes_there, dtype=memory.dtype).reshape(memory.shape)
