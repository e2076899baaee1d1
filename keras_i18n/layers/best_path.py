"""The one part of a segmentation that runs along the text: where the last piece of the best way to each place starts."""

import functools

import numpy as np
import tensorflow as tf

from keras_i18n.protocols import Tensor

IMPOSSIBLE = -1e38
LOWEST = -1e5  # a place with a lower score becomes a new zero
_GROUP = 128  # blocks that the inner loop reads


def best_path_starts(steps: Tensor, lowest: float) -> Tensor:
    """Where the last piece of the best way to each place starts.

    Scores are summed in float32 from left to right, of equals the first one wins, and from a place whose score is below
    -100,000 on all scores are counted from that place: so the sentencepiece library does it (0.2.3, measured), and in a text of
    20,000 code points any other rounding finds another way.

    What a loop writes into, it writes anew as a whole, and some runtimes copy what it only reads. So in a long text an
    inner loop sees one group of blocks, and an outer one puts the groups together: the time grows with the length and
    not with its square. The loop of a group keeps scores only, and where a way came from is seen by comparing; a group with a
    new zero, of which there is one in ten thousand places or so, goes through a slower loop that keeps both.

    Args:
        steps: float32 `(batch, blocks, places of a block, 2 * places of a block)`: the score of the piece from a place
            of a block to a place of that block or the next one.
        lowest: the lowest of these scores, but for `IMPOSSIBLE`.

    Returns:
        int32 `(batch, blocks * places of a block)`; 0 for the first place.

    >>> steps = np.full((1, 2, 2, 4), IMPOSSIBLE, np.float32)
    >>> steps[0, 0, 0, 1:3], steps[0, 0, 1, 2], steps[0, 1, 0, 1] = (-3.5, -9.0), -4.0, -1.0
    >>> best_path_starts(steps, -9.0).numpy().tolist()
    [[0, 0, 1, 2]]
    """
    block = steps.shape[2]
    sinks = lowest * _GROUP * block < LOWEST  # whether one group can come so low
    if tf.executing_eagerly():  # step by step, the loop takes a hundred times as long
        return _compiled(block, sinks)(tf.convert_to_tensor(steps))
    return _starts(steps, block, sinks)


@functools.cache
def _compiled(block, sinks):
    steps = tf.TensorSpec([None, None, block, 2 * block])
    return tf.function(lambda steps: _starts(steps, block, sinks), input_signature=[steps], autograph=False)


def _starts(steps, block, sinks):
    batch, blocks = tf.shape(steps)[0], tf.shape(steps)[1]
    begin = np.full(2 * block, IMPOSSIBLE, np.float32)
    begin[0] = 0.0
    state = tf.tile(tf.constant(begin.reshape(1, 1, -1)), tf.stack([batch, 1, 1]))
    came = tf.zeros(tf.stack([batch, 1, 2 * block]), tf.int32)
    of_group = _of_group if sinks else _of_high_group
    starts = tf.cond(
        blocks > _GROUP,
        lambda: _by_group(steps, state, came, blocks, block),
        lambda: of_group(steps, state, came, 0, blocks, block)[2],
    )
    return tf.reshape(starts, tf.stack([batch, blocks * block]))


def _by_group(steps, state, came, blocks, block):
    groups = tf.truncatediv(blocks + _GROUP - 1, _GROUP)

    def body(group, state, came, starts):
        first = group * _GROUP
        # the last one is as short as it is: filled up, 65 blocks would cost as much as 128
        size = tf.minimum(_GROUP, blocks - first)
        state, came, found = _of_group(steps[:, first : first + size], state, came, first, size, block)
        return group + 1, state, came, tf.concat([starts, found], axis=1)

    nothing = tf.zeros(tf.stack([tf.shape(steps)[0], 1, block]), tf.int32)  # no runtime likes a tensor of no size
    shapes = [tf.TensorShape([]), *_shapes(block, 2)]
    *_, starts = tf.while_loop(
        lambda group, *_: group < groups, body, [0, state, came, nothing], shape_invariants=shapes
    )
    return starts[:, 1:]


def _of_group(steps, state, came, first, blocks, block):
    """Scores and starts so far of the two blocks after a group, and the starts of the group's places.

    Args:
        state, came: scores, and where they come from, of the group's first two blocks so far: `(batch, 1, 2 * block)`.
        first: number of the group's first block.
    """
    after, best = _scores(steps, state, blocks, block)
    compared = _compared(steps, state, came, first, blocks, block, after, best)
    is_low = tf.reduce_any(best < LOWEST)
    # a loop of no rounds in place of a branch: ONNX Runtime opens no such loop within a branch
    looped = _with_new_zeros(steps, state, came, first, tf.where(is_low, blocks, 0), block)
    return tuple(tf.where(is_low, *pair) for pair in zip(looped, compared, strict=True))


def _of_high_group(steps, state, came, first, blocks, block):
    return _compared(steps, state, came, first, blocks, block, *_scores(steps, state, blocks, block))


def _scores(steps, state, blocks, block):
    """The state after some blocks, and the scores of their places, `(batch, blocks, block)`."""
    numbers = tf.reshape(tf.range(blocks), [1, -1, 1])

    def body(number, state, best):
        rows = tf.split(tf.gather(steps, number, axis=1), block, axis=1)
        for place, row in enumerate(rows):
            state = tf.maximum(state, state[:, :, place : place + 1] + row)
        best = tf.where(tf.equal(numbers, number), state[:, :, :block], best)
        return number + 1, _moved(state, block, IMPOSSIBLE), best

    _, state, best = tf.while_loop(
        lambda number, *_: number < blocks,
        body,
        [0, state, tf.zeros(tf.stack([tf.shape(steps)[0], blocks, block]))],
        shape_invariants=[tf.TensorShape([]), *_shapes(block, 1)],
    )
    return state, best


def _compared(steps, state, came, first, blocks, block, after, best):
    """As `_of_group`, from the scores that its loop found."""
    following = tf.concat([best[:, 1:], after[:, :, :block]], axis=1)
    goals = tf.expand_dims(tf.concat([best, following], axis=2), 2)
    # how far a place lies before the block's end: the first place is the largest
    distance = block - np.arange(block, dtype=np.int32).reshape(1, 1, -1, 1)
    reached = tf.cast(tf.equal(tf.expand_dims(best, 3) + steps, goals), tf.int32) * distance
    distance = tf.reduce_max(reached, axis=2)  # (batch, blocks, 2 blocks wide), 0 where nothing reaches
    end = tf.reshape((tf.range(blocks) + (first + 1)) * block, [1, -1, 1])
    start = tf.where(distance > 0, end - distance, -1)
    # -1 where nothing comes from the block before
    given = tf.where(tf.equal(state[:, :, :block], best[:, :1]), came[:, :, :block], -1)
    earlier = tf.concat([given, start[:, :-1, block:]], axis=1)
    came = tf.pad(tf.expand_dims(start[:, -1, block:], 1), [[0, 0], [0, 0], [0, block]])
    return after, came, tf.where(earlier >= 0, earlier, start[:, :, :block])


def _with_new_zeros(steps, state, came, first, rounds, block):
    """As `_of_group`, in one loop over all blocks or none of them, where a low place becomes a new zero."""
    blocks = tf.shape(steps)[1]
    numbers = tf.reshape(tf.range(blocks), [1, -1, 1])

    def body(number, state, came, starts):
        rows = tf.split(tf.gather(steps, number, axis=1), block, axis=1)
        for place, row in enumerate(rows):
            score = state[:, :, place : place + 1]
            zero = tf.where(score < LOWEST, score, 0.0)
            state, reached = state - zero, (score - zero) + row
            better = reached > state
            state = tf.where(better, reached, state)
            came = tf.where(better, (first + number) * block + place, came)
        starts = tf.where(tf.equal(numbers, number), came[:, :, :block], starts)
        return number + 1, _moved(state, block, IMPOSSIBLE), _moved(came, block, 0), starts

    nothing = tf.zeros(tf.stack([tf.shape(steps)[0], blocks, block]), tf.int32)
    _, state, came, starts = tf.while_loop(
        lambda number, *_: number < rounds,
        body,
        [0, state, came, nothing],
        shape_invariants=[tf.TensorShape([]), *_shapes(block, 2)],
    )
    return state, came, starts


def _moved(of_places, block, value):
    return tf.pad(of_places[:, :, block:], [[0, 0], [0, 0], [0, block]], constant_values=value)


def _shapes(block, states):
    return [*[tf.TensorShape([None, 1, 2 * block])] * states, tf.TensorShape([None, None, block])]
