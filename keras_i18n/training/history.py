"""What a training gives back: Keras' `History`, which shows itself as a table."""

import keras

from keras_i18n.text_table import preformatted, text_table


class TrainingHistory(keras.callbacks.History):
    """Keras' `History` of a training; `str(history)` is a table with a row for each epoch, as a notebook shows it.

    Example:

    >>> told = keras.callbacks.History()
    >>> told.history, told.epoch = {"accuracy": [0.5, 0.75], "loss": [1.0, 0.25]}, [0, 1]
    >>> print(TrainingHistory.of(told))
    epoch  accuracy  loss
        1       0.5     1
        2      0.75  0.25
    """

    @classmethod
    def of(cls, history: keras.callbacks.History) -> "TrainingHistory":
        """The same history, with everything in it."""
        shown = cls()
        shown.__dict__.update(history.__dict__)
        return shown

    def __str__(self) -> str:
        names = list(self.history)
        rows = zip(self.epoch, *(self.history[name] for name in names), strict=False)
        return text_table(["epoch", *names], [[epoch + 1, *(f"{value:.4g}" for value in row)] for epoch, *row in rows])

    def _repr_html_(self) -> str:
        return preformatted(str(self))
