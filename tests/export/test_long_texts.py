"""What Python does before the network, every file does itself: the cut of long texts, prefix, longest result, U+FFFD.

The files are asked by their raw inputs, as a phone or a server asks them; a `Runner` would cut the texts in Python.
"""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_i18n as ki
from keras_i18n.export.codepoints import codepoints_of
from keras_i18n.models.combined.ensemble import Ensemble
from keras_i18n.tokenizers import NgramTokenizer, UnigramTokenizer, train_unigram
from tests.layers.checks import randomise
from tests.models.test_language_model import model_of

CUT = 24
# what follows the cut would change every answer
TEXTS = [
    "wake me at six o'clock " + "weather " * 40,
    "x" * CUT + "\u0301 कल सुबह",
    "👩🏽‍🚀" * 20,
    "a\0b\ud800 " * 9,
    "\0" * (CUT + 3) + "after zeros",
    " " * (CUT - 1) + "ﷺﷺﷺ",
    "",
]
LABELS = ["alarm", "music", "weather"]
pytestmark = pytest.mark.filterwarnings("ignore:.*longer than")


def _classifier(tokenizer, seed=1, max_codepoints=CUT):
    keras.utils.set_random_seed(seed)
    network = ki.networks.pooling(
        vocabulary_size=tokenizer.vocabulary_size, num_labels=3, size="tiny", pooling="sqrt_count"
    )
    generator = np.random.default_rng(seed)
    network.set_weights([generator.normal(0, 0.5, weight.shape) for weight in network.get_weights()])
    return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=LABELS, max_codepoints=max_codepoints)


def _ngrams():
    return _classifier(NgramTokenizer(num_buckets=200, compose=False))


def _pieces():
    model = train_unigram([*TEXTS[:3], "query"] * 9, vocabulary_size=60, threads=1).model_bytes
    return _classifier(UnigramTokenizer(model, begin=True, end=True, prefix="query: ", max_tokens=14))


def _ensemble():
    tokenizer = NgramTokenizer(num_buckets=50, compose=False)
    return Ensemble([_classifier(tokenizer, 1, CUT), _classifier(tokenizer, 2, CUT + 9)])


def _language_model():
    model = model_of("gru", weights=0.4)
    return type(model)(tokenizer=model.tokenizer, network=model.network, max_codepoints=CUT)


EVERY = tuple(ki.export.FORMATS)
# kind -> (the model, formats: all of them once, elsewhere those that write the graph in a way of their own)
KINDS = {
    "n-grams": (_ngrams, EVERY),
    "pieces with a prefix": (_pieces, ("keras", "tflite")),
    "ensemble": (_ensemble, ("saved_model", "tflite")),
    "language model": (_language_model, ("saved_model", "tflite", "onnx")),
}


def _asked(runner, text):
    """The numbers of the file itself for one text."""
    inputs = {"codepoints": codepoints_of([text])}
    if runner.metadata.generation:
        states = runner.metadata.generation["states"]
        inputs |= {one["input"]: np.full((1, one["size"]), one["first"], one["dtype"]) for one in states}
        inputs["token_ids"] = np.full((1, 1), -1, "int32")
        return np.exp(runner._run(**inputs)[0][0])
    return runner._run(**inputs)[0][0]


@pytest.fixture(scope="module", params=KINDS)
def files(request, tmp_path_factory):
    make, formats = KINDS[request.param]
    model = make()
    folder = ki.export(model, tmp_path_factory.mktemp("long"), formats=formats)
    return model, {name: folder / ki.export.FORMATS[name].file for name in formats}


def test_files_cut_as_the_model_does(files):
    model, paths = files
    expected = model.predict(TEXTS)
    short = model.predict([text[: CUT // 2] for text in TEXTS[:3]])
    assert np.abs(expected[:3] - short).max() > 1e-2, "the texts must tell a wrong cut"
    for name, path in paths.items():
        runner = ki.load_exported(path)
        assert runner.metadata.max_codepoints == CUT
        found = np.stack([_asked(runner, text) for text in TEXTS])
        np.testing.assert_allclose(found, expected, atol=1e-5, err_msg=name)


def test_strings_are_cut_as_well(files):
    model, paths = files
    if "saved_model" not in paths or not hasattr(model, "labels"):
        pytest.skip("has no endpoint that takes strings")
    texts = ["\ufeff" + TEXTS[0], *TEXTS[1:3], "a\0b " * 9, *TEXTS[4:], "\U0010ffff\uffff" * 20]
    serve_text = tf.saved_model.load(str(paths["saved_model"])).signatures["serve_text"]
    found = serve_text(texts=tf.constant([text.encode() for text in texts]))["scores"].numpy()
    np.testing.assert_allclose(found, model.predict(texts), atol=1e-5)


def test_a_tokenizer_cuts_nothing(tmp_path):
    tokenizer = NgramTokenizer(num_buckets=200, compose=False)
    runner = ki.load_exported(ki.export(tokenizer, tmp_path, formats="tflite") / "model.tflite")
    long = "wake me up " * 4000
    assert runner.tokenize([long])[0].tolist() == tokenizer.tokenize([long])[0].tolist()


@pytest.mark.parametrize("languages", [(), ("de", "fr")])
def test_a_translator_reads_sentence_by_sentence_what_is_too_long_at_once(languages, tmp_path):
    """As the model does, in both languages, with a warning; a client that reads the file alone sees the length."""
    texts = ["One two. Three four five six. Seven", "one", "one two three four five six seven eight nine ten", ""]
    tokenizer = ki.tokenizers.train_unigram(texts * 9, vocabulary_size=40, normalizer="identity", begin=True, end=True)
    tags = len(languages)
    network = ki.networks.translation(tokenizer.vocabulary_size + tags, size="tiny", dim=8, hidden_dim=4)
    randomise(network, 1, scale=1.0)
    options = {"source_language": "en", "target_languages": languages, "max_tokens": 12}
    model = ki.Translator(tokenizer=tokenizer, network=network, **options)
    targets = [languages[place % tags] for place in range(len(texts))] if tags else None
    with pytest.warns(UserWarning, match="2 texts have more than the 12 tokens that the model reads"):
        expected = model.translate(texts, target_language=targets)
    ki.export(model, tmp_path, formats=["tflite", "onnx"])
    for file in ("model.tflite", "model.onnx"):
        runner = ki.load_exported(tmp_path / file)
        with pytest.warns(UserWarning, match="2 texts have more than the 12 tokens that the file reads"):
            assert runner.translate(texts, target_language=targets) == expected
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert runner.translate(texts[1:2], target_language=targets and targets[1:2]) == expected[1:2]
