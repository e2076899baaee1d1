"""MediaPipe's file: its tokenizer hands over characters, ours is in the graph behind; MediaPipe itself is asked where it is."""

import zipfile

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.certification import RUNTIMES
from keras_i18n.export.character_vocabulary import as_read, characters, characters_of, token_ids, vocabulary
from keras_i18n.tokenizers import CharacterTokenizer, NgramTokenizer
from tests.examples.clients import EXAMPLES
from tests.layers.checks import randomise

TEXTS = ["WAKE me", "İstanbul'da hava?", "re\u0301veille  moi", "각", "q\u0323\u0307 q\u0307\u0323", "👩🏽‍🚀", "\u2581 _  🫨", "", " \t", "\U0010ffff\u0378",
         "wörter " * 60]  # fmt: skip


@pytest.fixture(scope="module")
def classifier():
    tokenizer = NgramTokenizer(num_buckets=60, ngram_lengths=(2,))
    network = ki.networks.build("pooling", vocabulary_size=60, task="classification", num_labels=3, size="tiny")
    randomise(network, 3, scale=1.0)
    return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["a", "b\u00e9", "c"], languages=["en"])


@pytest.fixture(scope="module")
def file(classifier, tmp_path_factory):
    return ki.export(classifier, tmp_path_factory.mktemp("mediapipe"), target="mediapipe") / "mediapipe.tflite"


def test_the_file_answers_as_the_model_does(classifier, file):
    runner = ki.load_exported(file, replay=True)
    limit = runner.metadata.max_codepoints
    assert (limit, runner.metadata.task) == (254, "text-classification")
    expected = classifier.predict([as_read(text[:limit]) for text in TEXTS])
    assert np.ptp(expected, axis=0).max() > 0.2
    np.testing.assert_allclose(runner.predict(TEXTS), expected, atol=1e-5)


def test_mediapipe_answers_as_the_model_does(classifier, file):
    row = RUNTIMES["MediaPipe Tasks"]
    if missing := row.missing(EXAMPLES):
        pytest.skip(missing)
    made = ki.certify(file, model=classifier, max_texts=1, tokenizer=False, runtimes=["MediaPipe Tasks"])
    (run,) = made.raise_if_failed().runs
    assert "mediapipe" in run.version
    assert 0 < run.largest_difference < 1e-5


def test_the_vocabulary_is_read_by_sentencepiece_as_we_say():
    sentencepiece = pytest.importorskip("sentencepiece")
    processor = sentencepiece.SentencePieceProcessor(model_proto=vocabulary())
    assert characters_of(vocabulary()) == characters()
    ids = {one: token for token, one in enumerate(characters()) if token}
    for text in TEXTS:
        small = "".join(one.lower() if one.isascii() else one for one in text)  # MediaPipe does so
        assert processor.encode(small) == token_ids(text, ids)


def test_another_vocabulary_in_the_file_is_told(file, tmp_path):
    changed = tmp_path / "mediapipe.tflite"
    changed.write_bytes(file.read_bytes().replace("é".encode() + b"\x15", "è".encode() + b"\x15"))
    with pytest.raises(ValueError, match="damaged"):
        ki.load_exported(changed)
    with zipfile.ZipFile(file) as archive:
        assert archive.read("labels.txt").decode() == "a\nb\u00e9\nc"


def test_what_mediapipe_cannot_run_is_refused(classifier, tmp_path):
    with pytest.raises(ValueError, match="is one file"):
        ki.export(classifier, tmp_path, target="mediapipe", formats="onnx")
    tokenizer = CharacterTokenizer.train(["to be"], compose=False)
    with pytest.raises(ValueError, match="MediaPipe's text tasks take"):
        ki.export(ki.LanguageModel.create(tokenizer, size="tiny"), tmp_path, target="mediapipe")
    options = {"task": "classification", "num_labels": 2, "size": "tiny"}
    network = ki.networks.build("pooling", vocabulary_size=tokenizer.vocabulary_size, **options)
    with pytest.raises(ValueError, match="capitals small"):
        ki.export(
            ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["a", "b"]), tmp_path, target="mediapipe"
        )
    recurrent = ki.TextClassifier(
        tokenizer=NgramTokenizer(num_buckets=60, ngram_lengths=(2,), compose=False),
        network=ki.networks.build("lstm", vocabulary_size=60, **options),
        labels=["a", "b"],
    )
    with pytest.raises(ValueError, match="files without loops"):
        ki.export(recurrent, tmp_path, target="mediapipe")
    assert not [*tmp_path.iterdir()]
