"""A model of one language becomes a model of another: its body is kept, its vocabulary replaced."""

from keras_i18n.transfer.conversion.adjusting import AdjustReport, adjust
from keras_i18n.transfer.conversion.comparing import MethodComparison, compare_methods
from keras_i18n.transfer.conversion.converting import ConversionReport, convert_language
from keras_i18n.transfer.conversion.training_methods import TRAINING_METHODS, train_resources

__all__ = [
    "TRAINING_METHODS",
    "AdjustReport",
    "ConversionReport",
    "MethodComparison",
    "adjust",
    "compare_methods",
    "convert_language",
    "train_resources",
]
