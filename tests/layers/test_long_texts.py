"""Long texts: the same ids beyond every group of blocks, in a time that grows with the length and not faster."""

import random
import time

import numpy as np
import pytest
import tensorflow as tf

from keras_i18n.layers import tokenization_layer
from keras_i18n.layers.best_path import _GROUP, IMPOSSIBLE, LOWEST, best_path_starts
from keras_i18n.tokenizers import UnigramTokenizer, train_unigram
from tests.tokenizers.vocabularies import written

WORDS = ["wake", "me", "İstanbul", "कल", "सुबह", "明日", "พรุ่งนี้", "½", "Ⅷ", "가나다"]


@pytest.fixture(scope="module")
def tokenizer():
    return train_unigram([" ".join(WORDS)] * 9, vocabulary_size=60, threads=1)


def _text(tokenizer, length):
    words = np.random.default_rng(length).choice(WORDS, length)
    return " ".join(words)[:length]


def _ids(layer, text):
    return np.array(layer(np.array([[ord(symbol) for symbol in text]], "int32")))[0].tolist()


def test_ids_at_the_edges_of_groups(tokenizer):
    layer = tokenization_layer(tokenizer)
    graph = tf.function(layer, input_signature=[tf.TensorSpec([None, None], tf.int32)], autograph=False)
    group = _GROUP * layer.segmentation.block
    for places in (group - 2, group - 1, group, group + 1, 2 * group - 1, 2 * group, 5 * group + 3):
        text = _text(tokenizer, places)
        expected = tokenizer.tokenize([text])[0].tolist()
        assert _ids(layer, text) == expected
        assert _ids(graph, text) == expected


@pytest.mark.parametrize("mean", [-3, -300])
def test_the_best_way_in_a_batch_is_that_of_each_row_alone(mean):
    """At -300 each row has a new zero now and then, at places of its own, and in each way through the graph."""
    generator = np.random.default_rng(1)
    for blocks in (2 * _GROUP + 5, 90):
        steps = generator.normal(mean, 1, (2, blocks, 4, 8)).astype("float32")
        places = np.arange(4)[:, None]
        reach = np.arange(8)[None]
        steps = np.where((reach > places) & (reach <= places + 3), steps, np.float32(IMPOSSIBLE))
        found = best_path_starts(steps, mean - 10.0).numpy()
        for row in range(2):
            assert found[row].tolist() == _starts_by_hand(steps[row])


def _starts_by_hand(steps):
    """One place after the other."""
    best = np.full(4 * (len(steps) + 2), IMPOSSIBLE, np.float32)
    starts, best[0] = np.zeros(len(best), int), 0
    for place in range(4 * len(steps)):
        block, inner = divmod(place, 4)
        window = slice(4 * block, 4 * block + 8)
        if best[place] < LOWEST:
            best[place : place + 4] -= best[place]
        reached = best[place] + steps[block, inner]
        starts[window] = np.where(reached > best[window], place, starts[window])
        best[window] = np.maximum(best[window], reached)
    return starts[: 4 * len(steps)].tolist()


@pytest.fixture(scope="module")
def many_equals():
    """A vocabulary in which nearly every cut has rivals whose scores differ in the last digits of float32."""
    chance = random.Random(5)
    pieces = [a + b + c for a in "abcdefg" for b in ("", *"abcdefg") for c in ("", *"abc")]
    scores = {piece: -chance.uniform(8, 14) - 2 * len(piece) for piece in pieces}
    return UnigramTokenizer(written(list(scores.items()), add_dummy_prefix=False))


def test_a_text_of_100_000_code_points_is_cut_as_the_library_cuts_it(many_equals):
    chance = random.Random(1)
    texts = ["".join(chance.choices(letters, k=count)) for letters, count in (("abcdefg", 100_000), ("abz ", 30_000))]
    layer = tokenization_layer(many_equals)
    for text in texts:
        assert _ids(layer, text) == many_equals.tokenize([text])[0].tolist()


@pytest.mark.parametrize("text", ["long", "signs of 18 characters each"])
def test_the_time_grows_with_the_length(tokenizer, text):
    """Step by step the first took 13 s and the second as long; by a loop that grows with the square it would be more."""
    text = {"long": _text(tokenizer, 20_000), "signs of 18 characters each": "\ufdfa" * 2000}[text]
    layer = tokenization_layer(tokenizer)
    _ids(layer, text[:20])  # what is compiled once
    started = time.process_time()
    found = _ids(layer, text)
    assert time.process_time() - started < 4
    assert found == tokenizer.tokenize([text])[0].tolist()
