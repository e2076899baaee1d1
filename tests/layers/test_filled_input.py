import keras
import numpy as np
import pytest

from keras_i18n.layers import FilledInput, VectorAt
from tests.layers.checks import LayerCase, check_layer

IDS = np.array([[4, 0, 7], [0, 2, -1]], "int32")


@pytest.mark.parametrize("kind", ["token_ids", "padding_mask", "segment_ids"])
def test_shared_checks(kind):
    case = LayerCase(
        make=lambda: FilledInput(kind, padding_id=3, as_padding=[11], output_dtype="float32"),
        call=lambda layer, token_ids, *_: keras.layers.Reshape((-1, 1))(layer(token_ids)),
        by_token=True,
        trainable=False,
    )
    check_layer(case)


def test_a_piece_that_counts_as_padding():
    assert np.array(FilledInput("padding_mask", as_padding=[0])(IDS)).tolist() == [[1, 0, 1], [0, 1, 0]]


@pytest.mark.parametrize(("length", "expected"), [(2, [[4, 0], [0, 2]]), (4, [[4, 0, 7, 9], [0, 2, 9, 9]])])
def test_a_fixed_length(length, expected):
    assert np.array(FilledInput("token_ids", padding_id=9, length=length)(IDS)).tolist() == expected


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match=r"'segment_ids'\. Received: 'positions'"):
        FilledInput("positions")


def test_the_vector_of_a_token():
    check_layer(LayerCase(make=lambda: VectorAt(0), call=lambda layer, _, vectors, __: layer(vectors), trainable=False))
