from typing import Any

import keras

from keras_i18n.optimizers.rowwise_adagrad import RowwiseAdagrad
from keras_i18n.optimizers.rowwise_adam import RowwiseAdam, RowwiseAdamW
from keras_i18n.shown import shown

ROWWISE = {"rowwise_adagrad": RowwiseAdagrad, "rowwise_adam": RowwiseAdam, "rowwise_adamw": RowwiseAdamW}


def get(name: str, **options: Any) -> keras.optimizers.Optimizer:
    """A new optimiser by name: those of this room, and all of Keras'.

    Args:
        name: "rowwise_adam", "rowwise_adamw", "rowwise_adagrad", or a name that Keras knows ("adam", "sgd", ...).
        **options: arguments of the optimiser (learning_rate, clipnorm, ...).

    Raises:
        ValueError: a name that neither knows.

    Example:

    >>> from keras_i18n import optimizers
    >>> type(optimizers.get("rowwise_adam", learning_rate=0.01)).__name__
    'RowwiseAdam'
    """
    if name in ROWWISE:
        return ROWWISE[name](**options)
    known = sorted(one for one in vars(keras.optimizers) if one[0].isupper())
    classes = {one.lower(): getattr(keras.optimizers, one) for one in known}
    if name.lower() not in classes:
        names = ", ".join(map(repr, [*ROWWISE, *sorted(classes)]))
        raise ValueError(f"`name` must be one of {names}. Received: {shown(name)}.")
    return classes[name.lower()](**options)
