"""A small model with everything that an export carries, and its files in every format and precision."""

import functools

import keras
import pytest

import keras_i18n as ki
from keras_i18n import networks
from tests.made_once import made_once

LABELS = ("alarm", "music", "weather")


@pytest.fixture(scope="session")
def sample():
    """Train and test part of a few intents."""
    return tuple(part.select(labels=LABELS) for part in ki.datasets.sample("assistant"))


@pytest.fixture(scope="session")
def tokenizer(sample):
    """A unigram vocabulary of texts in every script of the sample.

    It leaves texts as they are: the 20,000 rules of a normaliser make every file several times as dear."""
    options = {"normalizer": "identity", "begin": True, "end": True, "threads": 1}
    return ki.tokenizers.train_unigram(sample[0].text, vocabulary_size=3000, **options)


@pytest.fixture(scope="session")
def normalizing_tokenizer(sample):
    """Such a vocabulary with the rules of a normaliser."""
    return ki.tokenizers.train_unigram(sample[0].text, vocabulary_size=3000, begin=True, end=True, threads=1)


@pytest.fixture(scope="session")
def classifier(tokenizer, sample, tmp_path_factory):
    """Trained far enough that its answers differ from text to text; by one worker, of whose file each has a model."""

    def train(folder):
        keras.utils.set_random_seed(1)
        network = networks.universal_sentence_encoder(
            vocabulary_size=tokenizer.vocabulary_size, dim=48, ngram_dim=24, hidden_dim=32
        )
        encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=sample[0].languages)
        classifier = ki.TextClassifier.on_encoder(encoder, labels=LABELS, num_anchors=256, gamma=4.0)
        classifier.fit(sample[0].select(languages=["en", "am", "ja"]), epochs=10, verbose=0)
        classifier.save(folder / "classifier.keras")

    return ki.load(made_once(tmp_path_factory, "export classifier", train) / "classifier.keras")


@pytest.fixture(scope="session")
def exported(classifier, tmp_path_factory):
    """precision -> folder of `classifier` in every format that holds it, which all workers share."""

    @functools.cache
    def of(precision):
        def write(folder):
            formats = [name for name, row in ki.export.FORMATS.items() if precision in row.precisions]
            ki.export(classifier, folder, formats=formats, precision=precision)

        return made_once(tmp_path_factory, f"exported {precision}", write)

    of("float32")
    return of
