"""A small classifier and its tokenizer, exported once."""

import keras
import pytest

import keras_i18n as ki
from tests.made_once import made_once


@pytest.fixture(scope="session")
def classifier(tmp_path_factory):
    """Trained by one worker, of whose file each has a model."""

    def fit(folder):
        train = ki.datasets.sample("assistant")[0].select(labels=["alarm", "music", "weather"])
        keras.utils.set_random_seed(7)
        tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=500, ngram_lengths=(2, 3), compose=False)
        network = ki.networks.build("pooling", vocabulary_size=500, task="classification", num_labels=3, size="tiny")
        made = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=train.labels, languages=train.languages)
        made.fit(train, trainable="all", epochs=4, learning_rate=0.02, verbose=0)
        made.save(folder / "classifier.keras")

    return ki.load(made_once(tmp_path_factory, "clients classifier", fit) / "classifier.keras")


@pytest.fixture(scope="session")
def exported(classifier, tmp_path_factory):
    """Folder of model.tflite and model.onnx."""

    def write(folder):
        ki.export(classifier, folder / "classifier", formats=["tflite", "onnx"])

    return made_once(tmp_path_factory, "clients exported", write) / "classifier"


@pytest.fixture(scope="session")
def exported_tokenizer(classifier, tmp_path_factory):
    """The same of the tokenizer alone."""

    def write(folder):
        ki.export(classifier.tokenizer, folder / "tokenizer", formats=["tflite", "onnx"])

    return made_once(tmp_path_factory, "clients exported tokenizer", write) / "tokenizer"


@pytest.fixture(scope="session")
def language_model(tmp_path_factory):
    """Its first rows are random: what is compared are numbers."""

    def make(folder):
        keras.utils.set_random_seed(3)
        tokenizer = ki.tokenizers.CharacterTokenizer.train(ki.datasets.sample("assistant")[0].text[::40], compose=False)
        ki.LanguageModel.create(tokenizer, kind="gru", size="tiny").save(folder / "model.keras")

    return ki.load(made_once(tmp_path_factory, "clients language model", make) / "model.keras")


@pytest.fixture(scope="session")
def exported_language_model(language_model, tmp_path_factory):
    """Folder of model.tflite and model.onnx."""

    def write(folder):
        ki.export(language_model, folder / "next", formats=["tflite", "onnx"])

    return made_once(tmp_path_factory, "clients exported language model", write) / "next"


@pytest.fixture(scope="session")
def translator(tmp_path_factory):
    """Into two languages, untrained."""

    def make(folder):
        keras.utils.set_random_seed(4)
        pairs = [("one two", "eins zwei"), ("two one", "zwei eins"), ("one", "eins")]
        texts = [
            ki.datasets.ParallelTexts(*zip(*pairs, strict=True), source_language="en", target_language=tag)
            for tag in ("de", "nl")
        ]
        ki.Translator.from_scratch(texts, vocabulary_size=290, size="tiny").save(folder / "model.keras")

    return ki.load(made_once(tmp_path_factory, "clients translator", make) / "model.keras")


@pytest.fixture(scope="session")
def exported_translator(translator, tmp_path_factory):
    """Folder of model.tflite and model.onnx."""

    def write(folder):
        ki.export(translator, folder / "translator", formats=["tflite", "onnx"])

    return made_once(tmp_path_factory, "clients exported translator", write) / "translator"
