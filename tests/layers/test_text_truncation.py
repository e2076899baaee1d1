import keras
import numpy as np
import pytest

from keras_i18n import layers


def test_keeps_the_first_code_points_of_any_batch():
    layer = layers.TextTruncation(3)
    texts = np.array([[104, 0, 105, 106], [1, 2, 3, 4]], "int32")
    for width in (0, 2, 3, 4):
        assert np.array(layer(texts[:, :width])).tolist() == texts[:, : min(width, 3)].tolist()


def test_comes_back_from_its_config():
    codepoints = keras.Input((None,), dtype="int32")
    model = keras.Model(codepoints, layers.TextTruncation(5, name="cut")(codepoints))
    twin = keras.Model.from_config(model.get_config())
    texts = np.arange(14, dtype="int32").reshape(2, 7)
    assert np.array(twin(texts)).tolist() == texts[:, :5].tolist()
    assert twin.get_layer("cut").compute_dtype == "int32"


def test_no_cut_of_nothing():
    with pytest.raises(ValueError, match="at least 1"):
        layers.TextTruncation(0)
