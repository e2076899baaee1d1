"""Long texts: the same ids beyond every group of blocks, in a time that grows with the length and not faster."""

import time

import numpy as np
import pytest
import tensorflow as tf

from keras_i18n.layers import tokenization_layer
from keras_i18n.layers.best_path_scores import _GROUP, IMPOSSIBLE, best_path_scores
from keras_i18n.tokenizers import train_unigram

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
    graph = tf.function(layer, input_signature=[tf.TensorSpec([None, None], tf.int32)])
    group = _GROUP * layer.segmentation.block
    for places in (group - 2, group - 1, group, group + 1, 2 * group - 1, 2 * group, 5 * group + 3):
        text = _text(tokenizer, places)
        expected = tokenizer.tokenize([text])[0].tolist()
        assert _ids(layer, text) == expected
        assert _ids(graph, text) == expected


def test_scores_of_a_batch_are_those_of_each_row_alone():
    generator = np.random.default_rng(1)
    steps = generator.normal(-3, 1, (2, 2 * _GROUP + 5, 4, 8)).astype("float32")
    places = np.arange(4)[:, None]
    reach = np.arange(8)[None]
    steps = np.where((reach > places) & (reach <= places + 3), steps, np.float32(IMPOSSIBLE))
    found = best_path_scores(steps).numpy()
    # the same sums by hand, one place after the other
    for row in range(2):
        best = np.full(4 * (steps.shape[1] + 2), IMPOSSIBLE, np.float32)
        best[0] = 0
        for place in range(4 * steps.shape[1]):
            block, inner = divmod(place, 4)
            window = slice(4 * block, 4 * block + 8)
            best[window] = np.maximum(best[window], best[place] + steps[row, block, inner])
        assert found[row].ravel().tolist() == best[: 4 * steps.shape[1]].tolist()


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
