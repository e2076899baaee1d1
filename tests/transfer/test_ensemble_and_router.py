"""Models of several languages that are one model: their answers, their file, their exports."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import layers, tokenizers
from keras_i18n.transfer import Ensemble, Router

TEXTS = ["Wake me up at seven", "Kutakuwa na mvua kesho?", "", "¿Va a llover mañana?", "👩‍👩‍👧 ok"]


@pytest.fixture(scope="module")
def data():
    train, test = ki.datasets.sample("assistant")
    return tuple(part.select(languages=["en", "sw"], labels=train.labels[:3]) for part in (train, test))


def member(data, language, seed):
    texts = data[0].select(languages=[language]).text
    keras.utils.set_random_seed(seed)
    # two kinds of tokenizers in one graph
    if language == "en":
        tokenizer = tokenizers.train_unigram(
            texts, vocabulary_size=90 + 10 * seed, normalizer="identity", begin=True, threads=1
        )
    else:
        tokenizer = tokenizers.NgramTokenizer(num_buckets=90 + 10 * seed, compose=False)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = layers.PaddingMask(name="mask")(token_ids)
    x = layers.MultilingualEmbedding(tokenizer.vocabulary_size, 8, embeddings_initializer="normal", name="table")(
        token_ids
    )
    x = layers.MaskedMean(name="mean")(x, mask=mask)
    dense = keras.layers.Dense(3, activation="softmax", kernel_initializer="random_normal", name="scores")
    classifier = ki.TextClassifier(
        tokenizer=tokenizer, network=keras.Model(token_ids, dense(x)), labels=data[0].labels, languages=[language]
    )
    kernel = dense.get_weights()
    dense.set_weights([30 * kernel[0] * 20, kernel[1] + seed * np.arange(3)])
    return classifier


@pytest.fixture(scope="module")
def members(data):
    return member(data, "en", 1), member(data, "sw", 2)


@pytest.fixture(scope="module")
def identifier(data):
    identifier = ki.models.LanguageIdentifier.create(["en", "sw"], num_buckets=500, compose=False)
    identifier.fit(data[0], epochs=8, verbose=0)
    return identifier


def test_an_ensemble_is_the_weighted_mean(members):
    ensemble = Ensemble(members, weights=[1, 3])
    wanted = 0.25 * members[0].predict(TEXTS) + 0.75 * members[1].predict(TEXTS)
    np.testing.assert_allclose(ensemble.predict(TEXTS), wanted, atol=1e-6)


def test_stacking_finds_the_member_that_knows(data, members):
    class Oracle:
        labels, languages, max_codepoints = members[0].labels, (), 100
        tokenizer, to_keras = members[0].tokenizer, members[0].to_keras

        def predict(self, texts):
            return 0.01 + 0.97 * np.eye(3, dtype="float32")[[known[text] for text in texts]]

    known = {text: data[1].labels.index(label) for text, label in zip(data[1].text, data[1].label, strict=True)}
    assert Ensemble.stacked([members[0], Oracle()], data[1]).weights[1] > 0.9


def test_a_router_asks_the_model_of_the_language(members, identifier):
    router = Router({"en": members[0], "sw": members[1]}, identifier=identifier)
    given = router.predict(TEXTS, languages=["sw", "en", "en", "fr", "sw"])
    for row, place in enumerate([1, 0, 0, 0, 1]):
        np.testing.assert_allclose(given[row], members[place].predict([TEXTS[row]])[0], atol=1e-6)
    np.testing.assert_array_equal(router.predict(TEXTS, languages=["swh_Latn", "eng", "en", "fr", "sw"]), given)
    told = router.predict(TEXTS[:2])
    np.testing.assert_allclose(told[0], members[0].predict(TEXTS[:1])[0], atol=1e-6)
    np.testing.assert_allclose(told[1], members[1].predict(TEXTS[1:2])[0], atol=1e-6)


@pytest.mark.parametrize("kind", ["ensemble", "router"])
def test_saved_exported_and_evaluated_like_any_model(kind, members, identifier, data, tmp_path):
    if kind == "ensemble":
        model = Ensemble(members, weights=[1, 3])
    else:
        model = Router({"en": members[0], "sw": members[1]}, identifier=identifier, default="sw")
    scores = model.predict(TEXTS)
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(ki.load(tmp_path / "model.keras").predict(TEXTS), scores, atol=1e-6)
    assert "sw" in str(ki.evaluate_by_language(model, data[1]))
    folder = ki.export.export(model, tmp_path / "out", formats=["tflite", "onnx"])
    for file in ("model.tflite", "model.onnx"):
        runner = ki.load_exported(folder / file)
        assert tuple(runner.labels) == tuple(model.labels)
        np.testing.assert_allclose(runner.predict(TEXTS), scores, atol=1e-4)


def test_what_is_refused(data, members, identifier):
    other = ki.TextClassifier(
        tokenizer=members[0].tokenizer, network=members[0].network, labels=["a", "b", "c"], languages=["en"]
    )
    with pytest.raises(ValueError, match="the same labels"):
        Ensemble([members[0], other])
    with pytest.raises(ValueError, match="at least one"):
        Ensemble([])
    with pytest.raises(ValueError, match="2 numbers"):
        Ensemble(members, weights=[1])
    with pytest.raises(ValueError, match="identifier"):
        Router({"am": members[0]}, identifier=identifier)
    with pytest.raises(ValueError, match="default"):
        Router({"en": members[0]}, identifier=identifier, default="sw")
