import tensorflow as tf
from keras import ops

from keras_i18n.protocols import Tensor


def masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """Softmax over the last axis of the entries where `mask` is True; the others get 0, all of them where none is.

    Args:
        scores: floats `(..., entries)`.
        mask: bool of a shape that broadcasts to that of `scores`, or None.

    Returns:
        Weights of the shape of `scores`, finite; a row adds up to 1, or to 0 where it has no entry.
    """
    if mask is None:
        return ops.softmax(scores, axis=-1)
    present = ops.cast(mask, scores.dtype)
    lowest = tf.as_dtype(scores.dtype).min
    scores = ops.where(mask, scores, ops.full_like(scores, float(lowest)))
    weights = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True)) * present
    # one entry at least has weight 1: half of it is never reached but where there is no entry
    return weights / ops.maximum(ops.sum(weights, axis=-1, keepdims=True), 0.5)
