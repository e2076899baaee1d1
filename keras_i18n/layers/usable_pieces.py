"""The rule of `PieceGroups` inside of a graph: which pieces a text may use, by what the best cut covers."""

import numpy as np
import tensorflow as tf

from keras_i18n.layers.ragged_rows import take
from keras_i18n.protocols import Tensor
from keras_i18n.tokenizers.piece_groups import PieceGroups


def allowed_groups(groups: PieceGroups, ids: Tensor, sizes: Tensor) -> tuple[Tensor, Tensor]:
    """Which groups each text may use, and whether it used another one.

    Args:
        groups: `PieceGroups`.
        ids: int32 `(batch, tokens)`.
        sizes: int32 of this shape, code points that a piece spells; 0 for what no piece spells, and for padding.

    Returns:
        bool `(batch, groups)`, bool `(batch,)`.

    >>> groups = PieceGroups((5, 7), least_percent=40)
    >>> allowed, broken = allowed_groups(groups, tf.constant([[1, 5, 8, -1]]), tf.constant([[4, 2, 4, 0]]))
    >>> allowed.numpy().tolist(), broken.numpy().tolist()
    ([[False, True]], [True])
    """
    starts = np.array(groups.starts, np.int32).reshape(1, 1, -1)
    is_later = tf.cast(tf.expand_dims(ids, 2) >= starts, tf.int32)
    from_start = tf.reduce_sum(is_later * tf.expand_dims(sizes, 2), axis=1)
    covered = from_start - tf.pad(from_start[:, 1:], [[0, 0], [0, 1]])
    total = tf.reduce_sum(sizes, axis=1, keepdims=True)
    used = covered > 0
    allowed = (covered * 100 >= total * groups.percents.astype(np.int32).reshape(1, -1)) & used
    return allowed, tf.reduce_any(used & tf.logical_not(allowed), axis=1)


def usable_pieces(groups: PieceGroups, vocabulary_size: int, ids: Tensor, allowed: Tensor) -> Tensor:
    """Whether a text may use pieces.

    Args:
        groups: `PieceGroups`.
        vocabulary_size: number of pieces.
        ids: int32 `(batch, places, lengths)`: pieces at each place of each text.
        allowed: of `allowed_groups`.

    Returns:
        bool, of the shape of `ids`.

    >>> groups = PieceGroups((5, 7))
    >>> usable_pieces(groups, 9, tf.constant([[[1, 6, 8]]]), tf.constant([[False, True]])).numpy().tolist()
    [[[True, False, True]]]
    """
    first = groups.starts[0]
    group_of = np.concatenate([[0], groups.group_of(np.arange(first, vocabulary_size))]).astype(np.int32)
    group = tf.gather(group_of, tf.maximum(ids - (first - 1), 0))
    may_use = tf.pad(tf.cast(allowed, tf.int32), [[0, 0], [1, 0]], constant_values=1)
    flat = take(may_use, tf.reshape(group, tf.stack([tf.shape(ids)[0], -1])))
    return tf.equal(tf.reshape(flat, tf.shape(ids)), 1)
