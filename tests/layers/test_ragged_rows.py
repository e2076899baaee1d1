"""Rows in rows: what a graph does in place of loops, beside the loop."""

import numpy as np
import pytest
import tensorflow as tf

from keras_i18n.layers.ragged_rows import kept_left, spread, spread_positive

WIDTHS = [(1, 1), (1, 7), (4, 9), (3, 40)]


@pytest.mark.parametrize("shape", WIDTHS)
@pytest.mark.parametrize("least", [0, 1])
def test_each_element_has_its_places(shape, least):
    lengths = np.random.default_rng(shape[1]).integers(least, 4, shape).astype("int32")
    if not least:
        lengths[0, :3] = 0
        lengths[-1] = 0  # a row with nothing in it, as a text of padding is
    source, offset, valid = (np.array(found) for found in (spread_positive if least else spread)(tf.constant(lengths)))
    assert source.shape[1] == max(1, lengths.sum(axis=1).max())
    assert source.min() >= 0  # what is not valid may be looked up too
    assert source.max() < shape[1]
    for row, counts in enumerate(lengths):
        assert valid[row].tolist() == [place < counts.sum() for place in range(source.shape[1])]
        assert source[row][valid[row]].tolist() == np.repeat(np.arange(shape[1]), counts).tolist()
        assert offset[row][valid[row]].tolist() == [place for count in counts for place in range(count)]


@pytest.mark.parametrize("shape", WIDTHS)
def test_gaps_are_closed(shape):
    generator = np.random.default_rng(shape[1])
    rows, keep = generator.integers(0, 99, shape).astype("int32"), generator.random(shape) < 0.5
    keep[-1] = False
    found = np.array(kept_left(tf.constant(rows), tf.constant(keep), -1))
    assert found.shape[1] == max(1, keep.sum(axis=1).max())
    for row, kept, expected in zip(found, keep, rows, strict=True):
        assert row.tolist() == [*expected[kept].tolist(), *[-1] * (len(row) - kept.sum())]
