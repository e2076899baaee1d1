"""Optimisers that update only the rows of an embedding table that a batch used."""

from keras_i18n.optimizers.by_name import get
from keras_i18n.optimizers.rowwise_adagrad import RowwiseAdagrad
from keras_i18n.optimizers.rowwise_adam import RowwiseAdam, RowwiseAdamW

__all__ = ["RowwiseAdagrad", "RowwiseAdam", "RowwiseAdamW", "get"]


def __dir__():
    return sorted(__all__)
