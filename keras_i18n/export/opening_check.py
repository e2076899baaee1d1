"""A file that was just written is opened as its reader does it, before it takes its place."""

from typing import Any

import keras

from keras_i18n.export.golden_replay import replay
from keras_i18n.export.precisions import PRECISIONS
from keras_i18n.keras_privates import all_layers
from keras_i18n.models.saving.rebuilding import culprits, first_lines
from keras_i18n.protocols import Path

# others may be far off for a reason: half precision cannot hold every weight
EXACT = ("float32", *(name for name, row in PRECISIONS.items() if row.of_twin))


def check_opening(row: Any, path: Path, keras_model: keras.Model) -> None:
    """Opens a new file and plays its golden examples.

    Args:
        row: of the table of formats.
        path: the file under its temporary name.
        keras_model: what it was made of.

    Raises:
        ValueError: it cannot be opened, or answers otherwise. ImportError: its runtime is not installed.
    """
    try:
        runner = row.load(path)
    except ImportError:  # a machine may write for another one
        return
    except Exception as error:
        raise ValueError(
            f"'{row.file}' was written and could not be opened again, so it was not kept: "
            f"{culprits(keras_model) or first_lines(error)}. {_way_out(row, keras_model)}"
        ) from error
    if runner.metadata.precision in EXACT and (problems := replay(runner)):
        raise ValueError(
            f"'{row.file}' was written and answers otherwise than the model, so it was not kept: {' '.join(problems)} "
            "Does each layer's `get_config` hold all of its arguments?"
        )


def _way_out(row, keras_model):
    operations = sorted(
        {
            type(operation).__name__
            for model in all_layers(keras_model)
            if isinstance(model, keras.Model)
            for operation in getattr(model, "operations", ())
            if not isinstance(operation, keras.layers.Layer)
        }
    )
    if operations and row.file.endswith(".h5"):
        return (
            f"The network applies operators to tensors ({', '.join(operations)}; `mask_zero` makes NotEqual), which Keras "
            "writes to .h5 and cannot read there. Use layers for them, such as keras.layers.Add, Activation or "
            "keras_i18n.layers.PaddingMask, or leave 'h5' out of `formats`."
        )
    return (
        "Use the layers of Keras and of keras_i18n.layers, or a class of your own with `get_config`, decorated with "
        "keras.saving.register_keras_serializable()."
    )
