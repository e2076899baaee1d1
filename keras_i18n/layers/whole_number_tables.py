"""Tables of whole numbers as weights of a layer, each of its own type."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from keras_i18n.protocols import Config

WIDEST = "int32"


def config_of_tables(tables: Any, names: Sequence[str]) -> Config:
    """Shapes, and the types of those that are narrower than int32.

    Args:
        tables: an object with arrays of these names.
        names: of the tables that a layer holds.

    >>> import types
    >>> import numpy as np
    >>> config_of_tables(types.SimpleNamespace(ids=np.zeros(3, "int16"), marks=np.zeros(2, "int32")), ("ids", "marks"))
    {'shapes': {'ids': (3,), 'marks': (2,)}, 'types': {'ids': 'int16'}}
    """
    arrays = {name: getattr(tables, name) for name in names}
    return {
        "shapes": {name: array.shape for name, array in arrays.items()},
        "types": {name: str(array.dtype) for name, array in arrays.items() if str(array.dtype) != WIDEST},
    }


def add_tables(layer: keras.layers.Layer, shapes: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """Weights of a layer, zeros until they are assigned, which are not trained; by name."""
    return {
        name: layer.add_weight(
            name=name,
            shape=shape,
            dtype=types.get(name, WIDEST),
            initializer="zeros",
            trainable=False,
            autocast=False,
        )
        for name, shape in shapes.items()
    }
