"""A tokenizer must give no token ids beyond the rows of the network's table."""

from typing import Any

from keras_i18n import layers
from keras_i18n.keras_privates import call_inputs
from keras_i18n.shown import cut


def check_table(model: Any) -> None:
    """Raises where the tokenizer of a model has more ids than the table that reads them has rows."""
    size = getattr(model.tokenizer, "vocabulary_size", None)
    ids = model.network.inputs[0]
    for layer in model.network.layers:
        rows = _rows(layer)
        reads_ids = rows is not None and any(one is ids for inputs in call_inputs(layer) for one in inputs)
        if reads_ids and size is not None and size > rows:
            raise ValueError(
                f"`network` must have a row for each of the tokenizer's {size} token ids; those outside the table "
                f"cannot be looked up. Received: '{cut(layer.name)}', a table of {cut(rows)} rows. Build it with {cut(size)} rows."
            )


def _rows(layer):
    if isinstance(layer, layers.MultilingualEmbedding):
        return layer.num_rows
    return layer.vocabulary_size if isinstance(layer, layers.PooledEmbedding) else None
