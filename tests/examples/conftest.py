"""A small classifier and its tokenizer, exported once."""

import keras
import pytest

import keras_i18n as ki


@pytest.fixture(scope="session")
def classifier():
    train = ki.datasets.sample("assistant")[0].select(labels=["alarm", "music", "weather"])
    keras.utils.set_random_seed(7)
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=500, ngram_lengths=(2, 3), compose=False)
    network = ki.networks.build("pooling", vocabulary_size=500, task="classification", num_labels=3, size="tiny")
    classifier = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=train.labels, languages=train.languages)
    classifier.fit(train, trainable="all", epochs=4, learning_rate=0.02, verbose=0)
    return classifier


@pytest.fixture(scope="session")
def exported(classifier, tmp_path_factory):
    """Folder of model.tflite and model.onnx."""
    return ki.export(classifier, tmp_path_factory.mktemp("clients") / "classifier", formats=["tflite", "onnx"])


@pytest.fixture(scope="session")
def exported_tokenizer(classifier, tmp_path_factory):
    """The same of the tokenizer alone."""
    folder = tmp_path_factory.mktemp("clients") / "tokenizer"
    return ki.export(classifier.tokenizer, folder, formats=["tflite", "onnx"])
