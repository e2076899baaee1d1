"""A trained model moves into other languages."""

from keras_i18n.transfer.initialization import (
    METHODS,
    InitializationContext,
    InitializedRows,
    initialize_rows,
)

__all__ = [
    "METHODS",
    "InitializationContext",
    "InitializedRows",
    "initialize_rows",
]
