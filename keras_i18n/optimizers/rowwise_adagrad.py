from typing import Any

import keras
import tensorflow as tf

from keras_i18n.optimizers.rowwise import Rowwise, subtract_from_rows
from keras_i18n.protocols import Config, Tensor
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class RowwiseAdagrad(Rowwise, keras.optimizers.Adagrad):
    """Adagrad that updates only the rows of an embedding table that a batch used, each once.

    Arguments are those of `keras.optimizers.Adagrad`, and these two. With `accumulator="number"` the numbers are those
    of Adagrad with a dense gradient for every row, as a zero gradient changes nothing there.

    With `accumulator="row"` a row is divided by one number, the root of its summed mean squares, so that a step keeps
    the direction of its gradient. (Adagrad for each number alone moves all wrong labels of a feature seen once by the
    same amount.) Weights whose gradient is dense keep an accumulator for each number. Gradients of a row may be tiny:
    then give `initial_accumulator_value=0.0` and a small `epsilon`, such as 1e-20.

    Args:
        rows: "used" to update the rows of the batch, "all" for every row as with a dense gradient.
        accumulator: "number" for one a number of the table, "row" for one that a row shares.

    Raises:
        ValueError: another `accumulator`; `accumulator="row"` with `rows="all"`, which leaves no rows to tell apart.

    Example:

    >>> from keras_i18n import optimizers
    >>> optimizers.RowwiseAdagrad(0.1, accumulator="row").accumulator
    'row'
    """

    def __init__(self, *args: Any, accumulator: str = "number", **kwargs: Any) -> None:
        if accumulator not in ("number", "row"):
            raise ValueError(f"`accumulator` must be 'number' or 'row'. Received: {shown(accumulator)}.")
        super().__init__(*args, **kwargs)
        if accumulator == "row" and self.rows == "all":
            raise ValueError("`accumulator='row'` needs rows='used'. Received: rows='all'.")
        self.accumulator = accumulator

    def update_rows(self, rows: Tensor, gradient: Tensor, variable: Tensor, learning_rate: Tensor) -> None:
        accumulators = self.state_of("accumulators", variable)
        squares = tf.square(gradient)
        if self.accumulator == "row":
            # every number of a row holds the row's own, so that the state has the shape that Keras gives it
            squares = tf.broadcast_to(tf.reduce_mean(squares, axis=-1, keepdims=True), tf.shape(squares))
        accumulator = tf.gather(accumulators, rows) + squares
        accumulators.scatter_update(tf.IndexedSlices(accumulator, rows))
        step = learning_rate * gradient / tf.sqrt(accumulator + self.epsilon)
        subtract_from_rows(variable, rows, step)

    def get_config(self) -> Config:
        return {**super().get_config(), "accumulator": self.accumulator}
