import numpy as np

from keras_i18n.layers import PaddingMask
from tests.layers.checks import LayerCase, check_layer


def test_shared_checks():
    check_layer(
        LayerCase(
            make=lambda: PaddingMask(padding_id=4),
            call=lambda layer, token_ids, vectors, mask: layer(token_ids),
            by_token=True,
            trainable=False,
        )
    )


def test_zero_is_a_token():
    assert np.array(PaddingMask()(np.array([[0, 5, -1]], "int32"))).tolist() == [[True, True, False]]
