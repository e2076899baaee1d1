"""A recurrence without a product of matrices in it, computed for all steps at once."""

from collections.abc import Callable

import tensorflow as tf

from keras_i18n.protocols import Tensor


@tf.custom_gradient
def linear_recurrence(decay: Tensor, added: Tensor) -> tuple[Tensor, Callable[[Tensor], tuple[Tensor, Tensor]]]:
    """`c[t] = decay[t] * c[t - 1] + added[t]`, from `c[-1] = 0` on.

    As many rounds as the number of steps has binary digits, each over all steps together: Hillis and Steele 1986,
    "Data parallel algorithms". The gradient is such a recurrence too, from the end to the beginning.

    Args:
        decay, added: floats `(batch, tokens, dim)`.

    Returns:
        `(batch, tokens, dim)`.

    >>> linear_recurrence(tf.fill((1, 3, 1), 0.5), tf.ones((1, 3, 1)))[0, :, 0].numpy().tolist()
    [1.0, 1.5, 1.75]
    """
    states = _scan(decay, added)

    def gradient(upstream):
        # what flows back into a state: its own, and that of the next state times the decay on the way
        later = _moved(decay[:, ::-1], 1)
        flowed = _scan(later, upstream[:, ::-1])[:, ::-1]
        return flowed * _moved(states, 1), flowed

    return states, gradient


def _scan(decay, added):
    def double(reach, decay, added):
        return reach * 2, decay * _moved(decay, reach), added + decay * _moved(added, reach)

    length = tf.shape(added)[1]
    shape = tf.TensorShape([None, None, added.shape[2]])
    _, _, states = tf.while_loop(
        lambda reach, *_: reach < length,
        double,
        (1, decay, added),
        shape_invariants=(tf.TensorShape([]), shape, shape),
    )
    return states


def _moved(values, places):
    """Each row moved to later steps; zeros come in at the beginning."""
    # not tf.pad, after which no size is known: runtimes need the last one
    zeros = tf.zeros(tf.stack([tf.shape(values)[0], places, values.shape[2]]), values.dtype)
    return tf.concat([zeros, values], axis=1)[:, : tf.shape(values)[1]]
