import keras
import tensorflow as tf

from keras_i18n.optimizers.rowwise import Rowwise


@keras.saving.register_keras_serializable(package="keras_i18n")
class RowwiseAdagrad(Rowwise, keras.optimizers.Adagrad):
    """Adagrad that updates only the rows of an embedding table that a batch used, each once.

    Arguments are those of `keras.optimizers.Adagrad`, and `rows`. The numbers are those of Adagrad with a dense
    gradient for every row, as a zero gradient changes nothing there.

    Args:
        rows: "used" to update the rows of the batch, "all" for every row as with a dense gradient.

    Example:

    >>> from keras_i18n import optimizers
    >>> optimizers.RowwiseAdagrad(0.1).rows
    'used'
    """

    def update_rows(self, rows, gradient, variable, learning_rate):
        accumulators = self.state_of(self._accumulators, variable)
        accumulator = tf.gather(accumulators, rows) + tf.square(gradient)
        accumulators.scatter_update(tf.IndexedSlices(accumulator, rows))
        step = learning_rate * gradient / tf.sqrt(accumulator + self.epsilon)
        variable.scatter_sub(tf.IndexedSlices(step, rows))
