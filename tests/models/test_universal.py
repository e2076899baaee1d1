"""The preset that comes with the package: what it is, that a damaged file is told, and that the fast way gives the network's answers."""

import math

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.export.packing import packed
from keras_i18n.models import presets
from keras_i18n.models.convex.bag_fitting import new_bag
from keras_i18n.models.presets import universal

TEXTS = ["Where is the station?", "", "Rautatieasema on suljettu.", "रेलवे स्टेशन कहाँ है?", "駅はどこですか。"]
WAY_OUT = 'begin with preset="use_multilingual_v3"'


@pytest.fixture(scope="module")
def encoder():
    return ki.TextEncoder.from_preset("universal")


def test_it_needs_no_other_package_and_knows_many_languages(encoder):
    assert universal.FILE.stat().st_size < 32e6
    assert {"en", "zh-Hans", "hi", "sw", "fi", "am"} <= set(encoder.languages)
    assert len(encoder.languages) > 150
    assert presets.preset_languages("universal") == encoder.languages
    assert ki.languages.unread_scripts(encoder, [*TEXTS, "ߒ ߕߏ߮ ߦߋ߫"], ["en", "en", "fi", "hi", "ja", "nqo"]) == {
        "nqo": "N’Ko"
    }


def test_its_size_is_told_before_it_is_loaded(encoder):
    found = sum(np.dtype(weight.dtype).itemsize * math.prod(weight.shape) for weight in encoder.network.weights)
    assert found == presets.NUM_BYTES["universal"]


def test_the_fast_way_gives_the_answers_of_the_network(encoder):
    expected = np.array(encoder.network(encoder.tokenizer.pad(encoder.tokenize(TEXTS))))
    np.testing.assert_allclose(encoder.encode(TEXTS), expected, atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_any_number_of_texts_is_one_graph(encoder):
    for count in (1, 2, 3, 5):
        encoder.predict(["Wake me at six"] * count)
    assert encoder._forward._rest.experimental_get_tracing_count() == 1


def test_translations_lie_closer_than_other_sentences(encoder):
    english = encoder.encode(["The patient needs a doctor.", "The team won the match.", "The river flows to the sea."])
    for translated in (
        ["Der Patient braucht einen Arzt.", "Die Mannschaft hat das Spiel gewonnen.", "Der Fluss fließt ins Meer."],
        ["Pasienten trenger en lege.", "Laget vant kampen.", "Elva renner ut i havet."],
        ["Пацієнту потрібен лікар.", "Команда виграла матч.", "Річка тече до моря."],
    ):
        np.testing.assert_array_equal((encoder.encode(translated) @ english.T).argmax(axis=1), [0, 1, 2])


def test_a_damaged_or_missing_file_is_told(tmp_path, monkeypatch):
    data = bytearray(universal.FILE.read_bytes())
    data[len(data) // 2] ^= 1
    damaged = tmp_path / "universal.npz"
    damaged.write_bytes(bytes(data))
    monkeypatch.setattr(universal, "FILE", damaged)
    with pytest.raises(ValueError, match=r"SHA-256 .* Received: .*Reinstall keras_i18n"):
        ki.TextEncoder.from_preset("universal")
    monkeypatch.setattr(universal, "FILE", tmp_path / "gone.npz")
    with pytest.raises(ValueError, match="no file"):
        ki.TextEncoder.from_preset("universal")


def test_its_tables_are_looked_up_and_its_head_is_trained(encoder):
    train, test = (part.select(languages=["en", "uk"]) for part in ki.datasets.sample("assistant"))
    classifier = ki.TextClassifier.on_encoder(encoder, labels=train.labels)
    classifier.fit(train.select(languages=["en"]), verbose=0)
    right = ki.evaluate_by_language(classifier, test, source_language="en")
    assert {row.language: row.accuracy for row in right.rows}["en"] > 0.9
    with pytest.raises(ValueError, match=f"in few bits.*{WAY_OUT}"):
        classifier.fit(train, trainable="all", verbose=0)


def test_files_in_bytes_lose_nothing_of_it(encoder):
    train, test = (part.select(languages=["en", "uk", "am"]) for part in ki.datasets.sample("assistant"))
    classifier = ki.TextClassifier.on_encoder(encoder, labels=train.labels)
    classifier.fit(train, verbose=0)
    anchors = classifier.head.get_layer("kernel").anchors
    assert np.abs(anchors).max() > 0
    # the other weights of the head lie in half precision there
    np.testing.assert_array_equal(packed(classifier, "int8").head.get_layer("kernel").anchors, anchors)
    np.testing.assert_allclose(packed(classifier, "int8").predict(test.text), classifier.predict(test.text), atol=5e-3)
    np.testing.assert_allclose(packed(encoder, "int8").predict(test.text), encoder.predict(test.text), atol=1e-5)


def test_packs_of_it_are_the_localised_encoder(encoder, tmp_path):
    texts = {"fr": ["Où est la gare ?", "Il pleut."], "sw": ["Habari za asubuhi", "Mvua inanyesha"]}
    packs = ki.localization.make_packs(encoder, ["fr", "sw"], tmp_path, texts=texts)
    assembled, _ = ki.localization.assemble(packs.body, [pack.path for pack in packs.packs])
    localised, _ = ki.localization.localize(encoder, ["fr", "sw"], texts=texts)
    both = [*texts["fr"], *texts["sw"], "the rest"]
    assert assembled.tokenizer.digest == localised.tokenizer.digest
    np.testing.assert_array_equal(assembled.encode(both), localised.encode(both))
    np.testing.assert_array_equal(assembled.encode(texts["sw"]), encoder.encode(texts["sw"]))


def test_create_sets_its_n_grams_beside_it(encoder):
    train, test = (part.select(languages=["en", "uk"]) for part in ki.datasets.sample("assistant"))
    classifier = ki.TextClassifier.create(train.sample(80, seed=1), preset="universal")
    tried = {trial.name for trial in classifier.creation.trials if trial.by_language}
    assert tried == {"universal", "n-grams", "universal and n-grams"}
    texts = list(test.text)[:20]
    tokenizer, network = new_bag(num_buckets=500, num_labels=len(train.labels), encoder=encoder)
    beside = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=train.labels)
    np.testing.assert_allclose(beside.bag_encoder.encode(texts), encoder.encode(texts), atol=1e-5)
    expected = np.array(classifier.network(classifier.tokenizer.pad(classifier.tokenize(texts))))
    np.testing.assert_allclose(classifier.predict(texts), expected, atol=1e-4)
