import keras
import tensorflow as tf

from keras_i18n.protocols import Config, Tensor


@keras.saving.register_keras_serializable(package="keras_i18n")
class InverseSquareRoot(keras.optimizers.schedules.LearningRateSchedule):
    """Rises to its highest value, then falls with the square root of the steps: Vaswani et al. 2017.

    Args:
        highest: the learning rate after the warm-up.
        warmup: steps of the rise.

    Attributes:
        share: what the rate is multiplied by, a variable that a training may lower towards its end.

    >>> schedule = InverseSquareRoot(1e-3, warmup=100)
    >>> [round(float(schedule(step)), 5) for step in (50, 100, 400)]
    [0.0005, 0.001, 0.0005]
    """

    def __init__(self, highest: float, *, warmup: int) -> None:
        self.highest, self.warmup = float(highest), int(warmup)
        self.share = tf.Variable(1.0, trainable=False, name="share_of_the_learning_rate")

    def __call__(self, step: Tensor) -> Tensor:
        step = tf.maximum(tf.cast(step, "float32"), 1.0)
        return self.share * self.highest * tf.minimum(step / self.warmup, tf.sqrt(self.warmup / step))

    def get_config(self) -> Config:
        return {"highest": self.highest, "warmup": self.warmup}
