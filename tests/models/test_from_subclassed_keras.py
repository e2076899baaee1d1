"""Subclassed Keras models of strings: what their call does is recorded, or the line that cannot be is named."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from keras.layers import LSTM, Dense, Dropout, Embedding

import keras_i18n as ki
from keras_i18n import networks
from tests.models.test_from_keras import LABELS, TEXTS, randomised, scores_of, vectorization


class Reader(keras.Model):
    """A model inside of the model."""

    def __init__(self, size):
        super().__init__()
        self.embedding = Embedding(size, 8, mask_zero=True)
        self.recurrent = LSTM(6)

    def call(self, ids, training=None):
        return self.recurrent(self.embedding(ids))


class Reviews(keras.Model):
    def __init__(self):
        super().__init__()
        self.words = vectorization()
        self.reader = Reader(self.words.vocabulary_size())
        self.dropout = Dropout(0.5)
        self.scores = Dense(3, activation="softmax")

    def strings(self, texts):
        return texts

    def changed(self, vectors):
        return vectors

    def call(self, texts, training=False):
        read = self.reader(self.words(self.strings(texts)))
        vectors = self.changed(ops.tanh(read) + ops.maximum(read, ops.relu(-1 * read)))
        return self.scores(self.dropout(vectors, training=training))


class OfPlainStrings(Reviews):
    def strings(self, texts):
        return ops.expand_dims(texts, -1)


def called(model):
    given = TEXTS if isinstance(model, OfPlainStrings) else [[text] for text in TEXTS]
    return np.array(model(tf.constant(given)))


@pytest.mark.parametrize("kind", [Reviews, OfPlainStrings])
def test_scores_are_those_of_the_model(kind, tmp_path):
    model = kind()
    called(model)
    expected = called(randomised(model))
    assert np.ptp(expected, axis=0).max() > 0.05
    taken = ki.TextClassifier.from_keras(model, labels=LABELS)
    np.testing.assert_allclose(taken.predict(TEXTS), expected, atol=1e-5)
    np.testing.assert_allclose(called(model), expected, atol=0, err_msg="the model itself was changed")
    ki.export(taken, tmp_path, formats=["onnx", "h5"])
    for file in ("model.onnx", "model.h5"):  # Keras reads no operators from .h5: they are layers by then
        np.testing.assert_allclose(ki.load_exported(tmp_path / file).predict(TEXTS), expected, atol=1e-5, err_msg=file)
    taken.save(tmp_path / "own.keras")
    np.testing.assert_allclose(ki.load(tmp_path / "own.keras").predict(TEXTS), expected, atol=1e-5)


class Shouted(Reviews):
    def strings(self, texts):
        return tf.strings.upper(texts)


class OfValues(Reviews):
    def changed(self, vectors):
        return vectors * 2 if ops.sum(vectors) > 0 else vectors


class Scaled(Reviews):
    def __init__(self):
        super().__init__()
        self.factor = self.add_weight(shape=(), name="factor")

    def changed(self, vectors):
        return vectors * self.factor


class WithoutText(Reviews):
    def call(self, texts, training=False):
        return self.scores(ops.ones((1, 6)))


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Shouted, r"line \d+, `return tf\.strings\.upper\(texts\)`: ValueError.*`keras\.ops` in place"),
        (OfValues, r"\(OfValues\).*`return vectors \* 2 if ops\.sum.*boolean"),
        (Scaled, r"factor'\] outside.*Put them into a layer"),
        (WithoutText, r"\(WithoutText\)"),
    ],
)
def test_refused(kind, message):
    model = kind()
    called(model)
    with pytest.raises(ValueError, match=message):
        ki.TextClassifier.from_keras(model, labels=LABELS)


def test_a_model_without_weights_yet():
    with pytest.raises(ValueError, match="which has not been called"):
        ki.TextClassifier.from_keras(Reviews(), labels=LABELS)


def test_the_network_has_the_layers_of_the_model():
    model = Reviews()
    scores_of(model)
    network = networks.traced(model, keras.Input((1,), dtype="string"))
    assert {id(weight) for weight in network.weights} == {id(weight) for weight in model.weights}
    assert not any(isinstance(layer, Reader) for layer in network.layers)
