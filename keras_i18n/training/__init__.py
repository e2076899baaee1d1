"""One training loop and what it needs: batches, options, backups, precision, devices, several workers.

It knows no model: what is trained is a `keras.Model`, what it is fed are arrays.
"""

from keras_i18n.training.language_metrics import LanguageMetrics
from keras_i18n.training.options import TrainingOptions

__all__ = ["LanguageMetrics", "TrainingOptions"]


def __dir__():
    return sorted(__all__)
