"""A body and packs of a network that reads hashed n-grams beside pieces, as the encoder `universal`: as the one file answers."""

import functools
import json
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import networks
from keras_i18n.export import export_body, export_pack, load_pair
from keras_i18n.tokenizers import JoinedTokenizer, NgramTokenizer
from tests.examples.clients import EXAMPLES
from tests.export.test_pair import IN_LITERT, IN_ONNX_RUNTIME_BY_NAME

ENGLISH = ["wake me at six", "play some music", "will it rain by the sea?"] * 3
RUSSIAN = ["разбуди меня в шесть", "включи музыку", "завтра у моря дождь?"] * 3
LABELS = ["alarm", "music", "weather"] * 3
TEXTS = ["разбуди музыку в шесть", "will it rain?", "👩🏽‍🚀 ﬁ", "", "x " * 100]
BUCKETS, DIM = 400, 8


def filled(network, seed=0):
    generator = np.random.default_rng(seed)
    network.set_weights([generator.normal(size=one.shape).astype("float32") * 0.4 for one in network.get_weights()])
    return network


@functools.cache
def pieces():
    return ki.tokenizers.train_unigram(ENGLISH + RUSSIAN, vocabulary_size=70, threads=1)


@functools.cache
def encoder():
    count = pieces().vocabulary_size
    inner = networks.universal_sentence_encoder(vocabulary_size=count, dim=DIM, ngram_dim=4, hidden_dim=6)
    network = networks.ngram_sentence_encoder(vocabulary_size=BUCKETS, encoder=inner, dim=6, hidden_dim=10)
    tokenizer = JoinedTokenizer([NgramTokenizer(num_buckets=BUCKETS), pieces()])
    return ki.TextEncoder(tokenizer=tokenizer, network=filled(network), languages=["en", "ru"])


@functools.cache
def classifier():
    model = ki.TextClassifier.on_encoder(encoder(), labels=["alarm", "music", "weather"], num_anchors=6)
    model.fit(ki.datasets.from_lists(ENGLISH + RUSSIAN, LABELS * 2, language=["en"] * 9 + ["ru"] * 9), verbose=0)
    return model


@functools.cache
def russian_classifier():
    return ki.localization.localize(classifier(), ["ru"], texts=RUSSIAN)[0]


@functools.cache
def bag(with_encoder):
    """What `TextClassifier.create` makes: n-grams with a score for each label, alone or beside the encoder."""
    options = {"vocabulary_size": 300, "num_labels": 3}
    own = NgramTokenizer(num_buckets=300)
    tokenizer = JoinedTokenizer([own, *encoder().tokenizer.tokenizers]) if with_encoder else own
    network = networks.ngram_bag(**options, encoder=networks.copy_network(encoder().network) if with_encoder else None)
    filled(network).get_layer("logits").set_weights(
        [np.array(one, "float32") for one in ([0.1, 0.2, 0.3], [0.0, 0.5, 1.0, 1.0], [0.3, 0.2, 0.1])]
    )
    weights = network.get_layer("weight_table").embeddings
    weights.assign(np.abs(weights) * 3e4)  # sums of n-grams have no bounds
    return ki.TextClassifier(
        tokenizer=tokenizer, network=network, labels=["alarm", "music", "weather"], languages=["en", "ru"]
    )


PIECES, NGRAMS = ("token_vectors", "length"), ("ngram_vector",)
# kind of model -> (how it is made, a format, what its body takes); classifiers are tested in both formats below
MODELS = {
    "encoder": (encoder, "onnx", PIECES + NGRAMS),
    "n-grams": (lambda: bag(False), "tflite", ("score_vector", "weight_vector")),
    "n-grams and encoder": (lambda: bag(True), "tflite", (*PIECES, *NGRAMS, "score_vector", "weight_vector")),
}


@pytest.mark.parametrize("kind", MODELS)
def test_a_pair_answers_as_the_model_and_is_replayed(kind, tmp_path):
    make, suffix, takes = MODELS[kind]
    model = make()
    russian, _ = ki.localization.localize(model, ["ru"], texts=RUSSIAN)
    export_body(model, tmp_path, formats=suffix)
    export_pack(russian, tmp_path, name="ru", formats=suffix)
    expected = russian.predict(TEXTS)
    assert np.ptp(expected[:-1], axis=0).max() > 0.02
    body, pack = tmp_path / f"body.{suffix}", tmp_path / f"ru.{suffix}"
    np.testing.assert_allclose(load_pair(body, pack).predict(TEXTS), expected, atol=3e-5)
    head, tail = (ki.load_exported(path, replay=True) for path in (pack, body))
    assert head.metadata.outputs == takes
    assert tail.takes == tuple(sorted(takes))
    np.testing.assert_allclose(tail.predict(head.vectors(TEXTS)), expected, atol=3e-5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pair")
    export_body(classifier(), folder)
    export_pack(russian_classifier(), folder, name="ru")
    return folder


@pytest.mark.parametrize(("suffix", "code"), [("tflite", IN_LITERT), ("onnx", IN_ONNX_RUNTIME_BY_NAME)])
def test_an_app_chains_the_files_by_name(folder, suffix, code):
    texts = folder / "texts.json"
    texts.write_text(json.dumps(TEXTS), encoding="utf-8")
    files = [folder / f"body.{suffix}", folder / f"ru.{suffix}", texts, EXAMPLES / "python_litert"]
    ran = subprocess.run([sys.executable, "-c", code, *map(str, files)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    expected = russian_classifier().predict(TEXTS)
    np.testing.assert_allclose(json.loads(ran.stdout), expected, atol=3e-5)
    np.testing.assert_allclose(load_pair(*files[:2]).predict(TEXTS), expected, atol=3e-5)
    for name in files[:2]:
        assert ki.load_exported(name, replay=True).metadata.golden


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
def test_bytes_in_both_files_answer_alike(suffix, tmp_path):
    russian = russian_classifier()
    options = {"formats": suffix, "precision": "int8"}
    export_body(classifier(), tmp_path, **options)
    export_pack(russian, tmp_path, name="ru", **options)
    whole = ki.export(russian, tmp_path, **options) / f"model.{suffix}"
    pair = load_pair(tmp_path / f"body.{suffix}", tmp_path / f"ru.{suffix}")
    np.testing.assert_allclose(pair.predict(TEXTS), ki.load_exported(whole).predict(TEXTS), atol=2e-3)
    for name in ("body", "ru"):
        assert ki.load_exported(tmp_path / f"{name}.{suffix}", replay=True).metadata.precision == "int8"


def test_a_language_that_was_added_opens_the_gate_by_name():
    first = BUCKETS + pieces().vocabulary_size
    rows = np.random.default_rng(5).normal(size=(4, DIM)).astype("float32")
    table = np.random.default_rng(6).normal(size=(pieces().vocabulary_size, DIM)).astype("float32")
    inner = networks.universal_sentence_encoder(
        vocabulary_size=len(table),
        dim=DIM,
        ngram_dim=4,
        hidden_dim=6,
        stored_rows=ki.layers.FewBitRows.of(table, bits=8),
    )
    stored = networks.ngram_sentence_encoder(
        vocabulary_size=BUCKETS, encoder=inner, dim=6, hidden_dim=10, initializer="uniform"
    )
    network = networks.with_added_rows(stored, "tlh", rows)
    ids = np.array([[3, 9, BUCKETS + 5, first + 2], [3, 9, BUCKETS + 5, -1]], "int32")
    head, body = networks.split_at_token_vectors(network)
    assert [one.name for one in body.inputs] == ["token_vectors", "length", "ngram_vector", "opened_gate"]
    given = head(ids)
    np.testing.assert_allclose(np.array(given[3])[:, 0], [0.45, 0.0])
    np.testing.assert_allclose(body(given), network(ids), atol=1e-6)


def test_what_does_not_fit_is_refused(folder, tmp_path):
    body = ki.load_exported(folder / "body.onnx")
    pack = ki.load_exported(folder / "ru.onnx")
    vectors = pack.vectors(["разбуди меня"])
    with pytest.raises(ValueError, match=r"must be token_vectors, ngram_vector, by name. Received: token_vectors"):
        body.predict(pack.token_vectors(["разбуди меня"]))
    with pytest.raises(ValueError, match=r"`ngram_vector` must have the shape \(6,\)"):
        body.predict([{**vectors[0], "ngram_vector": np.zeros(5)}])
    export_pack(encoder(), tmp_path, formats="onnx")
    with pytest.raises(ValueError, match="must be of the model whose body is"):
        load_pair(folder / "body.onnx", tmp_path / "pack.onnx")
    export_pack(bag(False), tmp_path, name="ngrams", formats="onnx")
    with pytest.raises(ValueError, match="gives score_vector, weight_vector"):
        ki.load_exported(tmp_path / "ngrams.onnx").token_vectors(["a"])
    assert body.predict([]).shape == (0, 3)


def test_other_readers_of_token_ids_are_refused():
    network = networks.ngram_sentence_encoder(
        vocabulary_size=20, encoder=networks.universal_sentence_encoder(vocabulary_size=9, dim=8, ngram_dim=4), dim=4
    )
    ids = network.inputs[0]
    length = keras.layers.Rescaling(1.0, name="tail")(ids)
    strange = keras.Model(ids, keras.layers.Concatenate()([network.outputs[0], length]))
    with pytest.raises(ValueError, match="'tail' reads them otherwise"):
        networks.split_at_token_vectors(strange)
