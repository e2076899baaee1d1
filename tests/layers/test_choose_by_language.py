import numpy as np

from keras_i18n.layers import ChooseByLanguage, MaskedMax, MaskedMean
from tests.layers.checks import LayerCase, check_layer


def test_shared_checks():
    def call(layer, token_ids, vectors, mask):
        mean, largest = MaskedMean()(vectors, mask=mask), MaskedMax()(vectors, mask=mask)
        return layer([mean, mean, largest])  # as many languages as a vector has numbers

    check_layer(LayerCase(make=lambda: ChooseByLanguage([1, 0, 0, 1, 1, 0]), call=call, trainable=False))


def test_the_likeliest_language_decides_for_each_text():
    scores = np.eye(3, dtype="float32")
    answers = [np.full((3, 2), number, "float32") for number in range(2)]
    chosen = np.array(ChooseByLanguage([1, 0, 1])([scores, *answers]))
    assert chosen[:, 0].tolist() == [1, 0, 1]
