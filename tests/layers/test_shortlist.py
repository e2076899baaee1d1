"""What a translation may have: by the tokens of its own source, whatever stands beside it."""

import numpy as np

from keras_i18n import layers

CANDIDATES, ALWAYS = np.array([[3, -1], [4, 2], [-1, -1]]), np.array([0, 6])


def test_each_text_has_its_own_list_and_padding_has_none():
    layer = layers.Shortlist.from_tables(CANDIDATES, ALWAYS, num_target=7)
    found = np.array(layer(np.array([[1, 0], [2, -1], [-1, -1], [9, 0]], "int32")))
    assert [np.flatnonzero(row).tolist() for row in found] == [[0, 2, 3, 4, 6], [0, 6], [0, 6], [0, 3, 6]]
    assert np.array(layer(np.zeros((0, 2), "int32"))).shape == (0, 7)


def test_wide_vocabularies_have_wide_tables():
    narrow, wide = (layers.Shortlist.from_tables(CANDIDATES, ALWAYS, size) for size in (7, 40_000))
    assert {str(weight.dtype) for weight in narrow.weights} == {"int16"}
    assert {str(weight.dtype) for weight in wide.weights} == {"int32"}
    twin = layers.Shortlist.from_config(wide.get_config())
    twin.set_weights(wide.get_weights())
    ids = np.array([[1, 0, -1]], "int32")
    np.testing.assert_array_equal(twin(ids), wide(ids))
