"""One runner, many threads: every kind of runner in every format answers as it does to one thread."""

import concurrent.futures

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.tokenizers import CharacterTokenizer, NgramTokenizer
from tests.models.test_language_model import model_of

THREADS, CALLS = 8, 400
WORDS = ["wake me", "İstanbul'da hava", "कल सुबह", "明日は傘", "พรุ่งนี้", "شغّل", "", "👩🏽‍🚀 ok", "x"]
# texts of many lengths: a call that reads the size or the place of another one's is wrong, not only late
TEXTS = [" ".join(WORDS[: 1 + number % 9]) * (1 + number % 4) for number in range(20)]


def _image_classifier():
    image = keras.Input((8, 8, 1))
    scores = keras.layers.Dense(10, activation="softmax")(keras.layers.Flatten()(image))
    return ki.models.ImageClassifier(keras.Model(image, scores), ki.models.LocalizedLabels.digits())


def _probabilities(answer):
    return [(one.text, one.probability) for one in answer]


def _ids(runner, text):
    return runner.tokenize([text])[0]


_IMAGES = np.random.default_rng(0).random((20, 8, 8, 1), "float32")
# kind -> (what is exported, None for the classifier of other tests; questions; how a runner is asked)
KINDS = {
    "texts": (None, TEXTS, lambda runner, text: runner.predict([text])),
    "images": (_image_classifier, _IMAGES, lambda runner, image: runner.predict(image[None])),
    "suggestions": (
        lambda: model_of("gru", weights=0.3),
        TEXTS,
        lambda runner, text: _probabilities(runner.suggest(text[:12], top=2, unit="token")),
    ),
    "n-gram tokenizer": (lambda: NgramTokenizer(num_buckets=50, compose=False), TEXTS, _ids),
    "character tokenizer": (lambda: CharacterTokenizer.train(WORDS, compose=False), TEXTS, _ids),
}


@pytest.fixture(scope="module", params=KINDS)
def files(request, exported, tmp_path_factory):
    """Kind, and the folder of its files in every format."""
    make, *_ = KINDS[request.param]
    keras.utils.set_random_seed(3)
    folder = exported("float32") if make is None else ki.export(make(), tmp_path_factory.mktemp("threads"))
    return request.param, folder


@pytest.mark.parametrize("name", ki.export.FORMATS)
def test_threads_get_what_one_thread_gets(files, name):
    kind, folder = files
    _, questions, ask = KINDS[kind]
    runner = ki.load_exported(folder / ki.export.FORMATS[name].file)
    expected = [ask(runner, question) for question in questions]
    with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(lambda call: ask(runner, questions[call % len(questions)]), range(CALLS)))
    wrong = [call for call, answer in enumerate(answers) if not _same(answer, expected[call % len(questions)])]
    assert not wrong


def _same(found, expected):
    if isinstance(found, list):
        return [text for text, _ in found] == [text for text, _ in expected] and np.allclose(
            [chance for _, chance in found], [chance for _, chance in expected], atol=1e-6
        )
    return found.shape == expected.shape and np.allclose(found, expected, atol=1e-6)
