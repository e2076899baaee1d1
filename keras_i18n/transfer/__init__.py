"""A trained model moves into other languages."""

from keras_i18n.transfer.distillation import DistillationReport, distill
from keras_i18n.transfer.ensemble import Ensemble
from keras_i18n.transfer.initialization import (
    METHODS,
    InitializationContext,
    InitializedRows,
    initialize_rows,
)
from keras_i18n.transfer.router import Router

__all__ = [
    "METHODS",
    "DistillationReport",
    "Ensemble",
    "InitializationContext",
    "InitializedRows",
    "Router",
    "distill",
    "initialize_rows",
]
