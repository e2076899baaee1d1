import numpy as np
import pytest

from keras_i18n.layers import HashEmbedding
from keras_i18n.layers.hash_embedding import hashed_rows
from tests.layers.checks import LayerCase, check_layer

CASES = {
    "weights": {"num_hashes": 3, "num_weights": 11, "embeddings_initializer": "glorot_normal"},
    "no weights": {"num_hashes": 1, "num_weights": 0, "padding_id": 4},
}


@pytest.mark.parametrize("name", CASES)
def test_shared_checks(name):
    check_layer(
        LayerCase(
            make=lambda: HashEmbedding(40, 5, **CASES[name]),
            call=lambda layer, token_ids, vectors, mask: layer(token_ids),
            by_token=True,
        )
    )


def test_rows_are_even_and_the_functions_differ():
    ids = np.concatenate([np.arange(20_000), [2**31 - 1, -(2**31), -2]]).astype("int32")
    rows = np.stack([np.array(hashed_rows(ids, number, 100)) for number in range(7)])
    assert rows.min() == 0
    assert rows.max() == 99
    for one in rows:
        assert np.bincount(one, minlength=100).min() > 120
        assert np.bincount(one, minlength=100).max() < 290
    for first in range(7):
        for second in range(first):
            assert (rows[first] == rows[second]).mean() < 0.03


ROWS_OF_0 = [393, 145, 131, 834, 252, 409]
ROWS_OF_5 = [867, 880, 704, 880, 300, 499]


def test_rows_never_change():
    """Trained tables depend on them: a change here is a change of behaviour."""
    ids = np.array([0, 1, 7, 65_536, 2**31 - 1, -5], "int32")
    assert np.array(hashed_rows(ids, 0, 1000)).tolist() == ROWS_OF_0
    assert np.array(hashed_rows(ids, 5, 1000)).tolist() == ROWS_OF_5


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match=r"`num_hashes` must be from 1 to 6\. Received: 7"):
        HashEmbedding(10, 3, num_hashes=7)
    with pytest.raises(ValueError, match=r"`num_rows` must be at least 1\. Received: 0"):
        HashEmbedding(0, 3)
