"""A backbone of KerasHub as the network of a classifier: trained, saved and exported as any other."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import layers

keras_hub = pytest.importorskip("keras_hub")


@pytest.fixture(scope="module")
def trained(sample, tokenizer):
    """A classifier on a tiny DistilBERT with random weights, and what its training told."""
    keras.utils.set_random_seed(2)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = layers.PaddingMask(name="mask")(token_ids)
    backbone = keras_hub.models.DistilBertBackbone(
        vocabulary_size=tokenizer.vocabulary_size,
        num_layers=1,
        num_heads=2,
        hidden_dim=32,
        intermediate_dim=32,
        max_sequence_length=64,
    )
    padding_mask = keras.ops.cast(mask, "int32")
    vectors = backbone({"token_ids": keras.ops.maximum(token_ids, 0), "padding_mask": padding_mask})
    pooled = layers.MaskedMean(name="pooling")(vectors, mask=mask)
    scores = keras.layers.Dense(3, activation="softmax", name="scores")(pooled)
    classifier = ki.TextClassifier(
        tokenizer=tokenizer, network=keras.Model(token_ids, scores), labels=sample[0].labels, max_codepoints=60
    )
    english = sample[0].select(languages=["en", "es"])
    history = classifier.fit(english, trainable="all", epochs=8, batch_size=16, learning_rate=3e-3, verbose=0)
    return classifier, history, english


def test_it_learns(trained):
    classifier, history, english = trained
    assert history.history["loss"][-1] < 0.7 * history.history["loss"][0]
    assert (
        np.mean(
            [
                found.label == label
                for found, label in zip(classifier.classify(english.text), english.label, strict=True)
            ]
        )
        > 0.8
    )


def test_it_survives_its_files(trained, tmp_path):
    classifier, _, english = trained
    texts = list(english.text)[:20]
    expected = classifier.predict(texts)
    classifier.save(tmp_path / "model.keras")
    np.testing.assert_allclose(ki.load(tmp_path / "model.keras").predict(texts), expected, atol=1e-6)
    folder = ki.export(classifier, tmp_path / "exported", formats=["keras", "tflite"])
    for file in ("model.keras", "model.tflite"):
        np.testing.assert_allclose(ki.load_exported(folder / file).predict(texts), expected, atol=1e-4)
