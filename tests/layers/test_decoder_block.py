import numpy as np
import pytest
import tensorflow as tf

from keras_i18n.layers import SSRU, CachedSelfAttention, CrossAttention, DecoderBlock
from keras_i18n.layers.decoder_block import MEMORIES
from keras_i18n.layers.linear_recurrence import linear_recurrence
from tests.layers.checks import DIM, LayerCase, check_layer

X = np.random.default_rng(1).normal(size=(3, 5, 8)).astype("float32")
MASK = np.arange(5)[None] < np.array([[5], [2], [3]])


def beside_itself(layer, _token_ids, vectors, mask):
    """The text is its own source."""
    return layer([vectors, vectors], mask=mask)


CASES = {
    "SSRU": LayerCase(make=SSRU, by_token=True, call=lambda layer, _ids, vectors, _mask: layer(vectors)),
    "CrossAttention": LayerCase(make=lambda: CrossAttention(3, dropout=0.2), by_token=True, call=beside_itself),
    "CachedSelfAttention": LayerCase(
        make=lambda: CachedSelfAttention(2), by_token=True, call=lambda layer, _ids, vectors, _mask: layer(vectors)
    ),
    "DecoderBlock": LayerCase(
        make=lambda: DecoderBlock(3, 7, dropout=0.1, epsilon=1e-3), by_token=True, call=beside_itself
    ),
    **{
        f"DecoderBlock with {memory}": LayerCase(
            make=lambda memory=memory: DecoderBlock(2, 7, memory=memory), by_token=True, call=beside_itself
        )
        for memory in MEMORIES[1:]
    },
}


@pytest.mark.parametrize("name", CASES)
def test_shared_checks(name):
    check_layer(CASES[name])


@pytest.mark.parametrize("length", [1, 2, 3, 8, 9])
def test_recurrence_and_its_gradient(length):
    random = np.random.default_rng(length)
    decay, added, weights = (tf.constant(random.random((2, length, 3)), "float32") for _ in range(3))

    def one_by_one(decay, added):
        states = [added[:, 0]]
        for place in range(1, length):
            states.append(decay[:, place] * states[-1] + added[:, place])
        return tf.stack(states, axis=1)

    found = []
    for function in (one_by_one, linear_recurrence):
        with tf.GradientTape() as tape:
            tape.watch([decay, added])
            states = function(decay, added)
            loss = tf.reduce_sum(states * weights)
        of_decay, of_added = tape.gradient(loss, [decay, added])
        # the first decay meets no state before it: no gradient, told as None where nothing depends on it
        found.append([states, tf.zeros_like(decay) if of_decay is None else of_decay, of_added])
    for expected, received in zip(*found, strict=True):
        np.testing.assert_allclose(received, expected, atol=1e-5)


@pytest.mark.parametrize("memory", MEMORIES)
def test_steps_give_what_the_whole_gives(memory):
    block = DecoderBlock(2, 16, memory=memory)
    source = X[:, ::-1] * 0.5
    whole = np.array(block([X, source], mask=MASK))
    states, projected = block.first_states(3, 5), block.source.project(source)
    for place in range(5):
        vector, states = block.step(X[:, place], states, place, projected, tf.constant(MASK))
        np.testing.assert_allclose(vector, whole[:, place], atol=1e-5)
    sizes = {"ssru": [(3, 8)], "attention": [(3, 2, 5, 4)] * 2, "lstm": [(3, 8)] * 2}
    assert [tuple(state.shape) for state in states] == sizes[memory]


@pytest.mark.parametrize("memory", MEMORIES)
def test_what_a_token_sees(memory):
    block = DecoderBlock(2, 16, memory=memory)
    before = np.array(block([X, X], mask=MASK))
    changed = X.copy()
    changed[:, 2] += np.arange(8)
    differs = np.abs(np.array(block([changed, X], mask=MASK)) - before).max(-1) > 1e-6
    assert differs[0].tolist() == [False, False, True, True, True]
    differs = np.abs(np.array(block([X, changed], mask=MASK)) - before).max((1, 2)) > 1e-6
    assert differs.tolist() == [True, False, True]  # the second source is two tokens long


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"one of 'ssru', 'attention', 'lstm'\. Received: 'gru'"):
        DecoderBlock(2, 16, memory="gru")
    with pytest.raises(ValueError, match=rf"divide the dim {DIM}\. Received: num_heads=4"):
        CrossAttention(4).build([(None, None, DIM), (None, None, DIM)])
