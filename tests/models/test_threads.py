"""One model, many threads: each answers as to one thread, from the first call on, when nothing is traced yet."""

import concurrent.futures
import threading

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models.combined.ensemble import Ensemble
from keras_i18n.models.combined.router import Router
from keras_i18n.tokenizers import CharacterTokenizer, NgramTokenizer
from tests.models.conftest import make_pooling_classifier, make_pooling_encoder
from tests.models.test_language_model import model_of

THREADS, CALLS = 8, 400
LABELS = ("alarm", "music", "weather")
WORDS = ["wake me", "İstanbul'da hava", "कल सुबह", "明日は傘", "พรุ่งนี้", "شغّل", "", "👩🏽‍🚀 ok", "x"]
TEXTS = [" ".join(WORDS[: 1 + number % 9]) * (1 + number % 4) for number in range(20)]


def _on_encoder(tokenizer):
    return ki.TextClassifier.on_encoder(make_pooling_encoder(tokenizer), labels=LABELS, head="linear")


def _router(tokenizer):
    keras.utils.set_random_seed(3)
    identifier = ki.models.LanguageIdentifier.create(["en", "es"], num_buckets=50, compose=False)
    members = [make_pooling_classifier(tokenizer, LABELS, seed) for seed in (1, 2)]
    return Router(dict(zip(["en", "es"], members, strict=True)), identifier=identifier)


def _image_classifier(tokenizer):
    image = keras.Input((4, 4, 1))
    scores = keras.layers.Dense(3, activation="softmax")(keras.layers.Flatten()(image))
    return ki.models.ImageClassifier(keras.Model(image, scores), LABELS)


def _predicted(model, text):
    return model.predict([text])


def _ids(tokenizer, text):
    return tokenizer.tokenize([text])[0]


# kind -> (how it is made, how it is asked)
KINDS = {
    "classifier": (lambda tokenizer: make_pooling_classifier(tokenizer, LABELS), _predicted),
    "classifier on an encoder": (_on_encoder, _predicted),
    "encoder": (make_pooling_encoder, lambda model, text: model.encode([text])),
    "ensemble": (
        lambda tokenizer: Ensemble([make_pooling_classifier(tokenizer, LABELS, seed) for seed in (1, 2)]),
        _predicted,
    ),
    "router": (_router, _predicted),
    "images": (_image_classifier, lambda model, text: model.predict(np.full((1, 4, 4, 1), len(text) / 99))),
    "suggestions": (
        lambda _: model_of("gru", weights=0.3),
        lambda model, text: np.array([one.probability for one in model.suggest(text[:12], top=2, unit="token")]),
    ),
    "suggestions of a Transformer": (
        lambda _: model_of("transformer", weights=0.3),
        lambda model, text: np.array([one.probability for one in model.suggest(text[:12], top=2, unit="token")]),
    ),
    "log probabilities": (lambda _: model_of("lstm"), lambda model, text: model.log_probability([text])),
    "unigram tokenizer": (lambda tokenizer: tokenizer.from_bytes(tokenizer.to_bytes()), _ids),
    "n-gram tokenizer": (lambda _: NgramTokenizer(num_buckets=50, compose=False), _ids),
    "character tokenizer": (lambda _: CharacterTokenizer.train(WORDS), _ids),
}


@pytest.mark.parametrize("kind", KINDS)
def test_threads_get_what_one_thread_gets(tokenizer, kind):
    make, ask = KINDS[kind]
    model, twin = make(tokenizer), make(tokenizer)
    if hasattr(model, "network"):
        twin.network.set_weights(model.network.get_weights())
    expected = [ask(twin, text) for text in TEXTS]
    together = threading.Barrier(THREADS)

    def one_thread(number):
        together.wait()
        return [(call, ask(model, TEXTS[call % len(TEXTS)])) for call in range(number, CALLS, THREADS)]

    with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
        answers = [answer for some in threads.map(one_thread, range(THREADS)) for answer in some]
    assert len(answers) == CALLS
    wrong = [call for call, answer in answers if not _same(answer, expected[call % len(TEXTS)])]
    assert not wrong


def _same(found, expected):
    return found.shape == expected.shape and np.allclose(found, expected, atol=1e-6)
