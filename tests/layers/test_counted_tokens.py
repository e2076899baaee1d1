import numpy as np
import pytest

from keras_i18n.layers import CountedTokens, MaskedMean, PaddingMask, TokenCount
from tests.layers.checks import LayerCase, check_layer


def test_shared_checks():
    def call(layer, token_ids, vectors, mask):
        ids = layer([vectors, TokenCount()(token_ids)])
        return MaskedMean()(vectors, mask=PaddingMask(-3)(ids))

    check_layer(LayerCase(make=lambda: CountedTokens(padding_id=-3), call=call, trainable=False))


@pytest.mark.parametrize(("padding_id", "expected"), [(-1, [[0, -1], [0, 0]]), (0, [[1, 0], [1, 1]])])
def test_no_token_is_padding(padding_id, expected):
    given = [np.ones((2, 2, 3), "float32"), np.array([1, 5], "int32")]
    assert np.array(CountedTokens(padding_id=padding_id)(given)).tolist() == expected
