"""Networks of other people's layers: a text scores alone as in a batch, scores are probabilities, or the model is refused."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import layers
from keras_i18n.networks import padded_with_zero
from keras_i18n.tokenizers import NgramTokenizer

TOKENIZER = NgramTokenizer(num_buckets=50, compose=False)
TEXTS = ["wake me up at six", "", "¿qué tiempo hará mañana en Valparaíso?", "x"]


def network_of(pooling, embedding, activation="softmax", kernel_initializer="glorot_uniform"):
    keras.utils.set_random_seed(1)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    vector = pooling(embedding(token_ids))
    dense = keras.layers.Dense(3, activation=activation, kernel_initializer=kernel_initializer, name="scores")
    return keras.Model(token_ids, dense(vector), name="theirs")


def classifier_of(network):
    return ki.TextClassifier(tokenizer=TOKENIZER, network=network, labels=["a", "b", "c"])


def plain():
    return keras.layers.Embedding(51, 8)


def masked():
    return keras.layers.Embedding(51, 8, mask_zero=True)


def ours(activation="softmax", **options):
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    vectors = layers.MultilingualEmbedding(50, 8)(token_ids)
    vector = layers.MaskedMean()(vectors, mask=layers.PaddingMask()(token_ids))
    return keras.Model(token_ids, keras.layers.Dense(3, activation=activation, **options)(vector), name="theirs")


DEPENDS_ON_PADDING = {
    "plain": lambda: network_of(keras.layers.GlobalAveragePooling1D(), plain()),
    "mask_zero": lambda: network_of(keras.layers.GlobalAveragePooling1D(), masked()),
    "max": lambda: network_of(keras.layers.GlobalMaxPooling1D(), plain()),
    "recurrent": lambda: network_of(keras.layers.GRU(4), plain()),
    "recurrent, mask_zero": lambda: network_of(keras.layers.GRU(4), masked()),
    "convolution": lambda: network_of(
        lambda x: keras.layers.GlobalMaxPooling1D()(keras.layers.Conv1D(4, 3, padding="same")(x)), plain()
    ),
}


@pytest.mark.parametrize("name", DEPENDS_ON_PADDING)
@pytest.mark.parametrize("kind", ["classifier", "encoder"])
def test_a_network_that_reads_padding_is_refused_when_the_model_is_made(name, kind):
    network = DEPENDS_ON_PADDING[name]()
    with pytest.raises(
        ValueError, match=r"alone as in a batch.*'theirs', whose answer changes.*PaddingMask.*padded_with_zero"
    ):
        classifier_of(network) if kind == "classifier" else ki.TextEncoder(tokenizer=TOKENIZER, network=network)


def test_zeros_hide_it_until_the_network_is_trained():
    network = network_of(keras.layers.GlobalAveragePooling1D(), plain(), kernel_initializer="zeros")
    model = classifier_of(network)
    data = ki.datasets.from_lists(TEXTS[:1] + TEXTS[2:], ["a", "b", "c"], language="en")
    with pytest.raises(ValueError, match="whose answer changes"):
        model.fit(data, trainable="all", epochs=3, learning_rate=0.1, verbose=0)


def test_the_empty_text_has_an_answer():
    network = padded_with_zero(network_of(keras.layers.GlobalAveragePooling1D(), masked()))
    with pytest.raises(ValueError, match=r"The empty text must have an answer.*nan.*GlobalAveragePooling1D"):
        classifier_of(network)


@pytest.mark.parametrize("pooling", [layers.GlobalAveragePooling1D, lambda: keras.layers.LSTM(4)], ids=["mean", "LSTM"])
def test_a_network_that_pads_with_zero_can_be_used(pooling, tmp_path):
    """The ids are shifted in the network itself, and so in its files."""
    model = classifier_of(padded_with_zero(network_of(pooling(), masked())))
    together = model.predict(TEXTS)
    np.testing.assert_allclose(np.concatenate([model.predict([text]) for text in TEXTS]), together, atol=1e-6)
    assert np.abs(together[0] - together[2]).max() > 1e-4
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(ki.load(tmp_path / "model.keras").predict(TEXTS), together, atol=1e-6)
    formats = ["saved_model", "keras", "onnx"] + (["tflite"] if pooling is layers.GlobalAveragePooling1D else [])
    ki.export(model, tmp_path, formats=formats)
    for name in formats:
        runner = ki.load_exported(tmp_path / ki.export.FORMATS[name].file)
        np.testing.assert_allclose(runner.predict(TEXTS), together, atol=1e-5, err_msg=name)
        np.testing.assert_allclose(runner.predict(TEXTS[:1]), together[:1], atol=1e-5, err_msg=name)
    with pytest.raises(ValueError, match=r"mask_zero.*NotEqual|NotEqual.*mask_zero"):
        ki.export(model, tmp_path, formats="h5")


@pytest.mark.parametrize(
    ("activation", "options"),
    [(None, {}), ("sigmoid", {}), ("sigmoid", {"kernel_initializer": "zeros"}), ("relu", {}), ("tanh", {})],
)
def test_scores_that_are_no_probabilities_are_refused(activation, options):
    with pytest.raises(ValueError, match=r'must sum to 1. Received: .theirs., which ends in .*activation="softmax"'):
        classifier_of(ours(activation, **options))


def test_the_way_out_is_one():
    network = ours(None)
    model = classifier_of(keras.Model(network.input, keras.layers.Softmax()(network.output)))
    np.testing.assert_allclose(model.predict(TEXTS).sum(axis=1), 1, atol=1e-6)
