import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models import LanguageIdentifier

LANGUAGES = ["de", "el", "en", "he", "hi", "ja", "sw", "th", "tr", "zh-Hans"]


@pytest.fixture(scope="module")
def trained():
    train, test = ki.datasets.sample("assistant")
    keras.utils.set_random_seed(1)
    identifier = LanguageIdentifier.create(LANGUAGES, num_buckets=4000, dim=8)
    identifier.fit(train.select(languages=LANGUAGES), epochs=4, verbose=0)
    return identifier, test.select(languages=LANGUAGES)


def test_tells_languages_it_has_seen(trained):
    identifier, test = trained
    found = [prediction.label for prediction in identifier.classify(list(test.text))]
    assert np.mean([a == b for a, b in zip(found, test.language, strict=True)]) > 0.95
    assert identifier.languages == identifier.labels == tuple(LANGUAGES)


def test_the_empty_text_is_valid(trained):
    scores = trained[0].predict(["", " "])
    np.testing.assert_allclose(scores.sum(axis=1), 1.0, rtol=1e-5)


def test_saved_and_loaded(trained, tmp_path):
    identifier, _ = trained
    identifier.save(tmp_path / "languages.keras")
    twin = ki.load(tmp_path / "languages.keras")
    assert type(twin) is LanguageIdentifier
    texts = ["Wie wird das Wetter?", "明日は雨ですか"]
    np.testing.assert_array_equal(twin.predict(texts), identifier.predict(texts))


def test_the_exported_file_tells_the_same(trained, tmp_path):
    identifier, test = trained
    folder = ki.export(identifier, tmp_path, formats=["tflite", "onnx"], precision="int8")
    texts, expected = list(test.text)[::7], identifier.predict(list(test.text)[::7])
    for file in ("model.tflite", "model.onnx"):
        runner = ki.load_exported(folder / file)
        assert tuple(runner.labels) == tuple(LANGUAGES)
        assert np.abs(runner.predict(texts) - expected).max() < 5e-2


def test_tags_become_canonical():
    assert LanguageIdentifier.create(["eng", "iw"], num_buckets=10).labels == ("en", "he")


def test_an_unknown_language_is_refused():
    train, _ = ki.datasets.sample("assistant")
    with pytest.raises(ValueError, match="fr"):
        LanguageIdentifier.create(["de", "en"], num_buckets=10).fit(train.select(languages=["de", "fr"]), verbose=0)


def test_texts_under_the_tags_of_flores_count_for_its_own(trained):
    identifier, test = trained
    codes = {"sw": "swh_Latn", "zh-Hans": "zho_Hans", "de": "deu_Latn"}
    texts = test.select(languages=list(codes))
    flores = ki.datasets.from_lists(texts.text, language=[codes[tag] for tag in texts.language])
    labelled = identifier.labelled(flores)
    assert labelled.labels == ("de", "sw", "zh-Hans")
    assert ki.evaluate_by_language(identifier, labelled)["sw"].accuracy > 0.9
    as_labels = ki.datasets.from_lists(flores.text, [codes[tag] for tag in texts.language], language=flores.language)
    assert ki.evaluate_by_language(identifier, as_labels)["deu_Latn"].accuracy > 0.9
    LanguageIdentifier.create(["de", "sw", "zh"], num_buckets=10).fit(flores, epochs=1, verbose=0)


def test_two_tags_for_one_language_are_refused():
    with pytest.raises(ValueError, match="'ar' and 'arb', which name the same"):
        LanguageIdentifier.create(["ar", "en", "arb"], num_buckets=10)
    assert LanguageIdentifier.create(["ak", "tw"], num_buckets=10).labels == ("ak", "tw")


def test_a_text_without_letters_is_in_no_language(trained):
    identifier, _ = trained
    texts = ["12:30", "", " ", "👍🏽", "…?!", "١٢٣", "\u0301", "ok 👍", "明日"]
    labels = [found.label for found in identifier.classify(texts)]
    assert labels[:7] == ["und"] * 7
    assert "und" not in labels[7:]
    ranked = identifier.classify(["12:30", "明日は雨ですか"], top=3)
    assert ranked[0][0].label == "und"
    assert [len(found) for found in ranked] == [3, 3]


def test_the_threshold_is_chosen_on_data_and_saved(trained, tmp_path):
    identifier, test = trained
    try:
        before = identifier.predict(list(test.text))
        report = identifier.choose_threshold(test, max_loss=0.1)
        best = before.max(axis=1)
        right = np.array([identifier.labels[place] for place in before.argmax(axis=1)]) == np.array(test.language)
        assert identifier.threshold == report.threshold > 0
        assert report.lost == (best[right] < report.threshold).sum() / right.sum() <= 0.1
        assert (best[right] <= report.threshold).sum() / right.sum() > 0.1  # a higher one would cost more
        found = [prediction.label == "und" for prediction in identifier.classify(list(test.text))]
        assert found == (best < report.threshold).tolist()
        assert "of the right answers are given up" in str(report)
        np.testing.assert_array_equal(identifier.predict(list(test.text)), before)
        identifier.save(tmp_path / "languages.keras")
        assert ki.load(tmp_path / "languages.keras").threshold == report.threshold
    finally:
        identifier.threshold = 0.0


def test_thresholds_and_data_that_are_refused(trained):
    identifier, test = trained
    for threshold in (-0.1, 1.0, float("nan")):
        with pytest.raises(ValueError, match="`threshold` must be at least 0"):
            LanguageIdentifier(
                tokenizer=identifier.tokenizer, network=identifier.network, labels=LANGUAGES, threshold=threshold
            )
    with pytest.raises(ValueError, match="`max_loss` must be"):
        identifier.choose_threshold(test, max_loss=1.5)
    with pytest.raises(ValueError, match="fr, which it does not know"):
        identifier.choose_threshold(ki.datasets.from_lists(["Bonjour"], language="fr"))
