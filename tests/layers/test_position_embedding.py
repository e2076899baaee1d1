import keras
import numpy as np
import pytest

from keras_i18n.layers import PositionEmbedding
from tests.layers.checks import LayerCase, check_layer


@pytest.mark.parametrize("kind", ["learned", "sinusoidal"])
def test_shared_checks(kind):
    # fewer positions than tokens: the last ones share a position
    case = LayerCase(make=lambda: PositionEmbedding(5, kind=kind), by_token=True, trainable=kind == "learned")
    check_layer(case)


def test_positions_alone():
    case = LayerCase(
        make=lambda: PositionEmbedding(5, added=False),
        call=lambda layer, _, vectors, mask: keras.layers.Add()([vectors, layer(vectors)]),
        by_token=True,
    )
    check_layer(case)


def test_sines_and_cosines_by_hand():
    added = np.array(PositionEmbedding(kind="sinusoidal")(np.zeros((1, 4, 6), "float32")))[0]
    angles = np.arange(4)[:, None] / 10000 ** (np.arange(0, 6, 2) / 6)
    np.testing.assert_allclose(added, np.concatenate([np.sin(angles), np.cos(angles)], axis=-1), atol=1e-6)


def test_later_tokens_share_the_last_position():
    layer = PositionEmbedding(2)
    added = np.array(layer(np.zeros((1, 4, 3), "float32")))[0]
    np.testing.assert_array_equal(added, layer.positions.numpy()[[0, 1, 1, 1]])


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match=r"'learned', 'sinusoidal'\. Received: 'rotary'"):
        PositionEmbedding(kind="rotary")
    with pytest.raises(ValueError, match=r"even size\. Received: 3"):
        PositionEmbedding(kind="sinusoidal")(np.zeros((1, 2, 3), "float32"))
