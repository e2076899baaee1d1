"""Rows in parts of different precision: the same numbers in every file and runtime."""

import functools

import keras
import numpy as np
import pytest

from keras_i18n import layers
from tests.layers import mobile_runtime, runtimes
from tests.layers.checks import TOKEN_IDS, VOCABULARY_SIZE, check_files, check_runtimes

DIM, LAST = 6, VOCABULARY_SIZE - 1
COUNTS = (7, 9, VOCABULARY_SIZE - 16)
MAKERS = (
    layers.FewBitRows.of,
    functools.partial(layers.FewBitRows.of, bits=4, block=2),
    functools.partial(layers.ProductQuantizedRows.of, piece_dim=2),
)


@functools.cache
def parts():
    table = np.random.default_rng(4).normal(size=(VOCABULARY_SIZE, DIM)).astype("float32")
    return table, layers.SplitRows.of(table, list(zip(COUNTS, MAKERS, strict=True)))


def test_parts_are_the_same_in_files_and_runtimes():
    table, rows = parts()
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    embedding = layers.MultilingualEmbedding(VOCABULARY_SIZE, DIM, stored_rows=rows)
    model = keras.Model(token_ids, embedding(token_ids))
    check_files(model)
    check_runtimes(model, tolerance=1e-5)
    (vectors,) = runtimes.keras_outputs(model, TOKEN_IDS)
    assert np.abs(vectors[TOKEN_IDS < 0]).max() == 0
    off = np.abs(vectors - table[np.maximum(TOKEN_IDS, 0)])[TOKEN_IDS >= 0]
    assert off.max() > 0
    (mobile,) = mobile_runtime.outputs(runtimes.tflite_bytes(model), [TOKEN_IDS])
    np.testing.assert_allclose(mobile, vectors, atol=1e-5)


def test_each_row_comes_from_its_part():
    table, rows = parts()
    found = np.array(rows(np.arange(VOCABULARY_SIZE)))
    first = 0
    for count, make in zip(COUNTS, MAKERS, strict=True):
        alone = np.array(make(table[first : first + count])(np.arange(count)))
        np.testing.assert_allclose(
            found[first : first + count], alone, rtol=1e-6
        )  # compilers may fuse a multiplication with an addition
        first += count
    errors = [np.abs(found - table)[place].mean() for place in (slice(7), slice(7, 16), slice(16, None))]
    assert errors == sorted(errors)
    twin = layers.SplitRows.from_config(rows.get_config())
    twin.build()
    twin.set_weights(rows.get_weights())
    np.testing.assert_array_equal(np.array(twin(np.arange(VOCABULARY_SIZE))), found)


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"must hold 5 rows, each at least one\. Received: \[2, 2\]"):
        layers.SplitRows.of(np.ones((5, 4)), [(2, layers.FewBitRows.of)] * 2)
    with pytest.raises(ValueError, match=r"of one size\. Received: sizes \[4, 3\]"):
        layers.SplitRows([layers.FewBitRows(5, 4), layers.FewBitRows(5, 3)])


@pytest.mark.parametrize("kind", ["parts", *range(4)])
def test_some_of_the_rows_stay_bit_for_bit(kind):
    table, rows = parts()
    makers = (*MAKERS, functools.partial(layers.FewBitRows.of, fine_rows=9))
    rows = rows if kind == "parts" else makers[kind](table)
    if kind == "parts":
        with pytest.raises(ValueError, match=r"in rising order\. Received: array\(\[3, 1\]\)"):
            rows.selected([3, 1])
    for ids in ([0, 3, 8, LAST], [8, 9], [LAST - 2, LAST - 1, LAST]):
        some = rows.selected(np.array(ids))
        assert some.num_rows == len(ids)
        np.testing.assert_array_equal(np.array(some(np.arange(len(ids)))), np.array(rows(np.array(ids))))
        assert sum(weight.value.numpy().nbytes for weight in some.weights) < sum(
            weight.value.numpy().nbytes for weight in rows.weights
        )
