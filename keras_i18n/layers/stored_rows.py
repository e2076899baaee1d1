"""Tables of token vectors whose rows another layer keeps, in few bits, in place of float32 weights.

A layer with tables takes `stored_rows` (one such layer, or one for each of its tables) and looks rows up there. Its
`stored_by(make_rows)` gives its twin: `make_rows` takes a float table and gives the layer that keeps it.
Its `selected(ids)` gives a twin with some of the rows; so has a layer that keeps rows.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import cut, shown

# a float table `(rows, dim)` -> a layer, int32 ids -> float32 vectors, such as `FewBitRows.of`
MakeRows = Callable[[np.ndarray], keras.layers.Layer]


def checked_rows(stored_rows: Any, num_rows: int, dim: int) -> keras.layers.Layer | None:
    """The layer that keeps a table's rows, made from its config where it comes as one.

    Raises:
        ValueError: it keeps a table of another size.
    """
    if isinstance(stored_rows, dict):
        stored_rows = keras.saving.deserialize_keras_object(stored_rows)
    if stored_rows is None:
        return None
    found = (getattr(stored_rows, "num_rows", None), getattr(stored_rows, "dim", None))
    if found != (num_rows, dim):
        raise ValueError(
            f"`stored_rows` must be a layer such as FewBitRows that keeps {num_rows} rows of {dim} numbers. "
            f"Received: {shown(stored_rows)} of {cut(found[0])} x {cut(found[1])}."
        )
    return stored_rows


def twin_of(layer: keras.layers.Layer, stored_rows: Any) -> keras.layers.Layer:
    """A layer of the same class and options that has its rows stored; its own weights are not yet set.

    Args:
        layer: with float tables.
        stored_rows: what its class takes under this name.
    """
    config = layer.get_config()
    twin = type(layer).from_config({**config, "stored_rows": stored_rows})
    if not twin.built:
        twin.build(None)
    return twin


def with_rows_of(layer: Any, rows: Mapping[str, np.ndarray], num_rows: int, **changes: Any) -> Any:
    """A layer that keeps other rows in the same way.

    Args:
        layer: such as `FewBitRows`.
        rows: its weights that go by row, by name; others are copied.
        num_rows: how many rows that are.
        changes: of its config.
    """
    other = type(layer).from_config({**layer.get_config(), "num_rows": num_rows, **changes})
    other.build()
    known = {weight.name: weight.numpy() for weight in layer.weights} | dict(rows)
    other.set_weights([known[weight.name] for weight in other.weights])
    return other


def selected_twin(layer: Any, ids: Array, **changes: Any) -> Any:
    """A layer of the same class and options with some of its table's rows: row `ids[i]` becomes row `i`, bit for bit.

    Args:
        layer: with a table, in float or stored; what else it has is left as it is made.
        ids: int64 `(rows,)`.
        changes: of its config.
    """
    stored = layer.stored_rows and layer.stored_rows.selected(np.asarray(ids))
    twin = type(layer).from_config(
        {**layer.get_config(), "vocabulary_size": len(ids), "stored_rows": stored, **changes}
    )
    twin.build(None)
    return twin


def row_weights(table: Any) -> dict[str, keras.Variable] | None:
    """The weights of a table that have something of each row, by name; None where not all rows are kept alike.

    Args:
        table: a built layer such as `MultilingualEmbedding` or `PooledEmbedding`.
    """
    if table.stored_rows is None:
        return None if getattr(table, "language_rows", None) else {"embeddings": table.embeddings}
    found = getattr(table.stored_rows, "row_weights", None)
    return found and {weight.name: weight for weight in found}


def serialized(stored_rows: Any) -> Any:
    """For `get_config`."""
    return None if stored_rows is None else keras.saving.serialize_keras_object(stored_rows)
