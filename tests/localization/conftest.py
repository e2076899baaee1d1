"""A small model that reads two languages in two scripts."""

import numpy as np
import pytest

import keras_i18n as ki

ENGLISH = [
    "wake me at six in the morning",
    "play some music in the kitchen",
    "what is the weather like by the sea?",
    "set an alarm for seven",
    "this song is good, play it again",
    "will it rain in the city tomorrow",
]
RUSSIAN = [
    "разбуди меня в шесть утра",
    "включи музыку на кухне",
    "какая погода у моря?",
    "поставь будильник на семь",
    "хорошая песня, включи ещё раз",
    "завтра в городе будет дождь",
]
LABELS = ["alarm", "music", "weather"] * 2


@pytest.fixture(scope="session")
def tokenizer():
    return ki.tokenizers.train_unigram(
        (ENGLISH + RUSSIAN) * 6, vocabulary_size=190, begin=True, end=True, normalizer="nmt_nfkc", threads=1
    )


@pytest.fixture(scope="session")
def classifier(tokenizer):
    network = ki.networks.universal_sentence_encoder(
        vocabulary_size=tokenizer.vocabulary_size, dim=16, ngram_dim=8, hidden_dim=12
    )
    rows = np.random.default_rng(0).normal(size=(tokenizer.vocabulary_size, 16)).astype("float32")
    network.get_layer("token_embedding").set_weights([rows])
    encoder = ki.TextEncoder(tokenizer=tokenizer, network=network, languages=["en", "ru"])
    model = ki.TextClassifier.on_encoder(encoder, labels=["alarm", "music", "weather"], num_anchors=16)
    data = ki.datasets.from_lists(ENGLISH + RUSSIAN, LABELS * 2, language=["en"] * 6 + ["ru"] * 6)
    model.fit(data, verbose=0)
    return model
