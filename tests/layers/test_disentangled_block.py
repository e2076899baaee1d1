import numpy as np
import pytest

from keras_i18n.layers import DisentangledBlock, RelativePositions
from keras_i18n.layers.disentangled_block import distance_buckets
from tests.layers.checks import DIM, LayerCase, check_layer


def test_shared_checks():
    # buckets that texts of seven tokens share
    options = {"num_buckets": 4, "max_tokens": 6, "activation": "gelu", "dropout": 0.3, "epsilon": 1e-3}
    positions = RelativePositions(4, epsilon=1e-2)
    case = LayerCase(
        make=lambda: DisentangledBlock(2, 7, **options),
        call=lambda layer, _, vectors, mask: layer(vectors, positions_of(positions)(vectors), mask=mask),
        by_token=True,
    )
    check_layer(case)


def positions_of(layer):
    return RelativePositions.from_config({**layer.get_config(), "name": "positions"})


def test_distances_by_hand():
    buckets = distance_buckets(8, 20)
    # ceil(3 log(d / 4) / log(19 / 4)) + 4: 11 gives 1.95 and 12 gives 2.12
    assert buckets[20:].tolist() == [0, 1, 2, 3, 4, 5, 5, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 8]
    np.testing.assert_array_equal(buckets, -buckets[::-1])


def test_heads_must_divide_the_dim():
    with pytest.raises(ValueError, match=rf"divide the dim {DIM}\. Received: num_heads=4"):
        DisentangledBlock(4, 7).build((None, None, DIM))
