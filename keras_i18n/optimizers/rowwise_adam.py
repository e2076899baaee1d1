import keras
import tensorflow as tf

from keras_i18n.optimizers.rowwise import Rowwise, subtract_from_rows


class _AdamRows(Rowwise):
    def update_rows(self, rows, gradient, variable, learning_rate):
        step = tf.cast(self.iterations + 1, variable.dtype)
        momentums, velocities = (self.state_of(name, variable) for name in ("momentums", "velocities"))
        momentum, velocity = tf.gather(momentums, rows), tf.gather(velocities, rows)
        momentum = momentum + (gradient - momentum) * (1 - self.beta_1)
        velocity = velocity + (tf.square(gradient) - velocity) * (1 - self.beta_2)
        momentums.scatter_update(tf.IndexedSlices(momentum, rows))
        velocities.scatter_update(tf.IndexedSlices(velocity, rows))
        if self.amsgrad:
            peaks = self.state_of("velocity_hats", variable)
            velocity = tf.maximum(tf.gather(peaks, rows), velocity)
            peaks.scatter_update(tf.IndexedSlices(velocity, rows))
        rate = learning_rate * tf.sqrt(1 - tf.pow(self.beta_2, step)) / (1 - tf.pow(self.beta_1, step))
        subtract_from_rows(variable, rows, rate * momentum / (tf.sqrt(velocity) + self.epsilon))


@keras.saving.register_keras_serializable(package="keras_i18n")
class RowwiseAdam(_AdamRows, keras.optimizers.Adam):
    """Adam that updates only the rows of an embedding table that a batch used, each once.

    Arguments are those of `keras.optimizers.Adam`, and `rows`. Where every row is used at every step, the numbers
    are those of Adam with a dense gradient; a row that is not used keeps its value and moments (Adam would let it
    drift on). Adam of Keras 3 squares the parts of a repeated row apart, so its steps come out too large there.

    Compile with `jit_compile=False` on a GPU: the number of distinct rows differs from batch to batch.

    Args:
        rows: "used" to update the rows of the batch, "all" for every row as with a dense gradient.

    Example:

    >>> from keras_i18n import optimizers
    >>> optimizers.RowwiseAdam(1e-3, clipnorm=1.0).rows
    'used'
    """


@keras.saving.register_keras_serializable(package="keras_i18n")
class RowwiseAdamW(_AdamRows, keras.optimizers.AdamW):
    """AdamW that updates, and decays, only the rows of an embedding table that a batch used, each once.

    Arguments are those of `keras.optimizers.AdamW`, and `rows`; all else is as in `RowwiseAdam`.

    Args:
        rows: "used" to update the rows of the batch, "all" for every row as with a dense gradient.

    Example:

    >>> from keras_i18n import optimizers
    >>> optimizers.RowwiseAdamW(1e-3, weight_decay=0.01).weight_decay
    0.01
    """
