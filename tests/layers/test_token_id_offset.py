import numpy as np

from keras_i18n.layers import MaskedMean, MultilingualEmbedding, PaddingMask, TokenIdOffset
from tests.layers.checks import VOCABULARY_SIZE, LayerCase, check_layer


def test_shared_checks():
    def call(layer, token_ids, vectors, mask):
        shifted = layer(token_ids)
        vectors = MultilingualEmbedding(VOCABULARY_SIZE + 3, 4, padding_id=2, name="shifted_table")(shifted)
        return MaskedMean()(vectors, mask=PaddingMask(2)(shifted))

    check_layer(LayerCase(make=lambda: TokenIdOffset(3), call=call, trainable=False))


def test_padding_is_raised_too():
    assert np.array(TokenIdOffset()(np.array([[4, 0, -1]], "int32"))).tolist() == [[5, 1, 0]]
