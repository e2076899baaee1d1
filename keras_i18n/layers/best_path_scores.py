"""The one part of a segmentation that runs along the text: the score of the best way to each place."""

import functools

import numpy as np
import tensorflow as tf

IMPOSSIBLE = -1e38
_GROUP = 128  # blocks that the inner loop reads


def best_path_scores(steps):
    """Score of the best way to each place.

    What a loop writes into, it writes anew as a whole, and some runtimes copy what it only reads. So in a long text an
    inner loop sees one group of blocks, and an outer one puts the groups together: the time grows with the length and
    not with its square.

    Args:
        steps: float32 `(batch, blocks, places of a block, 2 * places of a block)`: the score of the piece from a place
            of a block to a place of that block or the next one.

    Returns:
        float32 `(batch, blocks, places of a block)`.

    >>> steps = np.full((1, 1, 2, 4), IMPOSSIBLE, np.float32)
    >>> steps[0, 0, 0, 1] = -3.5
    >>> best_path_scores(steps).numpy().tolist()
    [[[0.0, -3.5]]]
    """
    if tf.executing_eagerly():  # step by step, the loop takes a hundred times as long
        return _compiled(steps.shape[2])(tf.convert_to_tensor(steps))
    return _scores(steps, steps.shape[2])


@functools.cache
def _compiled(block):
    steps = tf.TensorSpec([None, None, block, 2 * block])
    return tf.function(lambda steps: _scores(steps, block), input_signature=[steps])


def _scores(steps, block):
    batch, blocks = tf.shape(steps)[0], tf.shape(steps)[1]
    begin = np.full(2 * block, IMPOSSIBLE, np.float32)
    begin[0] = 0.0
    state = tf.tile(tf.constant(begin.reshape(1, 1, -1)), tf.stack([batch, 1, 1]))
    return tf.cond(
        blocks > _GROUP,
        lambda: _by_group(steps, state, blocks, block),
        lambda: _run(steps, state, blocks, block)[1],
    )


def _by_group(steps, state, blocks, block):
    groups = tf.truncatediv(blocks + _GROUP - 1, _GROUP)

    def body(group, state, best):
        first = group * _GROUP
        # the last one is as short as it is: filled up, 65 blocks would cost as much as 128
        size = tf.minimum(_GROUP, blocks - first)
        state, of_group = _run(steps[:, first : first + size], state, size, block)
        return group + 1, state, tf.concat([best, of_group], axis=1)

    nothing = tf.zeros(tf.stack([tf.shape(steps)[0], 1, block]))  # no runtime likes a tensor of no size
    _, _, best = tf.while_loop(
        lambda group, *_: group < groups, body, [0, state, nothing], shape_invariants=_shapes(block)
    )
    return best[:, 1:]


def _run(steps, state, blocks, block):
    """The state after some blocks, and the scores of their places."""
    numbers = tf.reshape(tf.range(blocks), [1, -1, 1])

    def body(number, state, best):
        rows = tf.split(tf.gather(steps, number, axis=1), block, axis=1)
        for place, row in enumerate(rows):
            state = tf.maximum(state, state[:, :, place : place + 1] + row)
        best = tf.where(tf.equal(numbers, number), state[:, :, :block], best)
        state = tf.pad(state[:, :, block:], [[0, 0], [0, 0], [0, block]], constant_values=IMPOSSIBLE)
        return number + 1, state, best

    _, state, best = tf.while_loop(
        lambda number, *_: number < blocks,
        body,
        [0, state, tf.zeros(tf.stack([tf.shape(steps)[0], blocks, block]))],
        shape_invariants=_shapes(block),
    )
    return state, best


def _shapes(block):
    shape = tf.TensorShape
    return [shape([]), shape([None, 1, 2 * block]), shape([None, None, block])]
