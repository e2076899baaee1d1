"""What a training depends on, as one digest: a backup of another training is known by it."""

import hashlib
from typing import Any

import keras
import numpy as np

__all__ = ["training_digest", "weight_shapes", "weights_digest"]


def training_digest(**parts: Any) -> str:
    """Hex SHA-256 of all that decides a training.

    Args:
        parts: by name: texts, targets, weights, options, ... of str, numbers, None, NumPy arrays, Keras optimizers, and
            lists, tuples and dicts of these. An array counts by every value, in whatever order of memory.

    Raises:
        TypeError: a part of another kind, whose digest would tell nothing.

    >>> one = training_digest(texts=["the sun"], seed=0)
    >>> one == training_digest(texts=("the sun",), seed=0), one == training_digest(texts=["the", "sun"], seed=0)
    (True, False)
    """
    digest = hashlib.sha256()
    _add(digest, parts)
    return digest.hexdigest()


def weight_shapes(network: keras.Model) -> list[list[Any]]:
    """[name, shape] of each weight: what a digest tells of a network whose weights the backup itself holds.

    >>> weight_shapes(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))
    [['kernel', (2, 1)], ['bias', (1,)]]
    """
    return [[weight.path.split("/")[-1], tuple(weight.shape)] for weight in network.weights]


def weights_digest(network: keras.Model, without: str | None = None, like: keras.Model | None = None) -> str:
    """Hex SHA-256 of all weights of a network, by name, leaving out the rows named `without`.

    Args:
        network: `keras.Model`.
        without: whose rows, as a weight or as a layer that keeps them in few bits.
        like: a network whose layers of these names are counted in the same order: Keras counts them otherwise where one
            came between.

    >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> before = weights_digest(network)
    >>> network.set_weights([weight + 1 for weight in network.get_weights()])
    >>> weights_digest(network) == before
    False
    """
    weights = network.weights
    if like is not None:
        places = {layer.name: place for place, layer in enumerate(like.layers)}
        ordered = sorted(network.layers, key=lambda layer: places.get(layer.name, len(places)))
        weights = [weight for layer in ordered for weight in layer.weights]
    digest = hashlib.sha256()
    for weight in weights:
        if f"rows_{without}" in weight.path.split("/")[-2:]:
            continue
        digest.update(f"{weight.path.split('/')[-1]} {tuple(weight.shape)} {weight.dtype}".encode())
        digest.update(np.ascontiguousarray(weight.numpy()).tobytes())
    return digest.hexdigest()


def _add(digest, part):
    # each part tells its kind and its length, so that no two kinds of data look the same
    if isinstance(part, dict):
        digest.update(b"d%d:" % len(part))
        for name in sorted(part, key=str):
            _add(digest, name)
            _add(digest, part[name])
    elif isinstance(part, np.ndarray) and part.dtype != object:
        digest.update(f"a{part.dtype.str}{part.shape}:".encode())
        digest.update(np.ascontiguousarray(part).tobytes())
    elif isinstance(part, (list, tuple, np.ndarray)):
        digest.update(b"l%d:" % len(part))
        for one in part:
            _add(digest, one)
    elif isinstance(part, str):
        text = part.encode("utf-8", "surrogatepass")
        digest.update(b"s%d:" % len(text))
        digest.update(text)
    elif isinstance(part, keras.optimizers.Optimizer):
        config = {name: value for name, value in part.get_config().items() if name != "name"}  # Keras counts names
        _add(digest, [type(part).__name__, config])
    elif part is None or isinstance(part, (bool, int, float, np.generic)):
        digest.update(f"n{part.item() if isinstance(part, np.generic) else part!r};".encode())
    else:
        raise TypeError(f"A training's digest takes texts, numbers and arrays. Received: {type(part).__name__}.")
