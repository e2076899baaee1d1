"""What TFLite cannot hold is told by layer and operator, with the layer of ours that does the same."""

import keras
import pytest
import tensorflow as tf

import keras_i18n as ki
from keras_i18n import layers
from keras_i18n.export.tflite_refusal import refusal


@keras.saving.register_keras_serializable("keras_i18n_tests")
class Bits(keras.layers.Layer):
    def call(self, numbers):
        return tf.cast(tf.bitwise.bitwise_and(tf.cast(numbers, "int32"), 3), "float32")


def _keras_lstm(token_ids):
    vectors = layers.MultilingualEmbedding(50, 8)(token_ids)
    return keras.layers.LSTM(4, name="their_lstm")(vectors, mask=layers.PaddingMask()(token_ids))


def _bits(token_ids):
    return Bits(name="odd_bits")(layers.PooledEmbedding(50, 4)(token_ids))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_keras_lstm, r"TensorListReserve \(in layer 'their_lstm\w*'\)\. Use keras_i18n\.layers\.LSTM"),
        (_bits, r"BitwiseAnd \(in layer 'odd_bits\w*'\)\. Use layers of keras_i18n\.layers"),
    ],
    ids=["recurrent", "another operator"],
)
def test_layer_operator_and_way_out_are_named(make, told, tmp_path):
    token_ids = keras.Input((None,), dtype="int32")
    network = keras.Model(token_ids, keras.layers.Dense(2, activation="softmax")(make(token_ids)))
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["a", "b"])
    with pytest.raises(ValueError, match=told) as caught:
        ki.export(model, tmp_path, formats="tflite")
    assert len(str(caught.value)) < 500
    assert not list(tmp_path.iterdir())


def test_what_the_converter_says_otherwise_is_cut():
    assert len(refusal("no place is named here " * 500)) < 500
