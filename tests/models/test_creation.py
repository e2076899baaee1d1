import collections
import json

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models.creation import creating
from keras_i18n.models.creation.report import judged
from tests.models.test_convex import SWAHILI, data


class Small:
    """An encoder in place of the preset: hashed n-grams pooled, so that a search takes a second."""

    @staticmethod
    def from_preset(name):
        import keras

        keras.utils.set_random_seed(1)
        network = ki.networks.build("pooling", vocabulary_size=400, task="encoder", vector_dim=16, size="tiny")
        return ki.TextEncoder(
            tokenizer=ki.tokenizers.NgramTokenizer(num_buckets=400, compose=False),
            network=network,
            languages=["en", "de"],
        )


@pytest.fixture
def small_preset(monkeypatch):
    monkeypatch.setattr(creating, "TextEncoder", Small)


def both_languages():
    return data() + data(SWAHILI, "sw")


def test_the_best_is_built_and_the_report_tells_what_was_tried(small_preset):
    told = []
    model = ki.TextClassifier.create(both_languages(), progress=told.append)
    report = model.creation
    assert [trial.name for trial in report.trials] == ["n-grams", "encoder", "encoder and n-grams"]
    assert report.chosen in str(report)
    assert "worst language" in report._repr_html_()
    best = max(trial.judged for trial in report.trials)
    chosen = next(trial for trial in report.trials if trial.name == report.chosen)
    assert chosen.judged >= best - 0.002
    assert collections.Counter(progress.stage for progress in told)["trials"] > 5
    right = [found.label for found in model.classify(["set an alarm for Mary", "cheza muziki"])]
    assert right == ["alarm", "music"]


def test_the_same_seed_gives_the_same_classifier(small_preset):
    one, other = (ki.TextClassifier.create(both_languages(), seed=3) for _ in range(2))
    assert one.creation == other.creation
    np.testing.assert_array_equal(one.predict(["niamshe"]), other.predict(["niamshe"]))


def test_labels_in_one_language_that_the_encoder_knows_keep_the_encoder(small_preset, monkeypatch):
    monkeypatch.setattr(creating, "_ONE_LANGUAGE_GAIN", 1.0)
    model = ki.TextClassifier.create(data())
    assert model.creation.chosen == "encoder"  # also where both are as good: few texts judge
    assert "labels are in en alone" in model.creation.reason


def test_an_interrupted_search_goes_on(small_preset, tmp_path, monkeypatch):
    whole = ki.TextClassifier.create(both_languages(), backup_dir=tmp_path)
    stored = json.loads((tmp_path / "creation.json").read_text())
    del stored["trials"]["encoder and n-grams"]
    (tmp_path / "creation.json").write_text(json.dumps(stored))
    tried = []
    before = creating.held_out_scores
    monkeypatch.setattr(creating, "held_out_scores", lambda name, *a, **o: tried.append(name) or before(name, *a, **o))
    again = ki.TextClassifier.create(both_languages(), backup_dir=tmp_path)
    assert tried == ["encoder and n-grams"]
    assert again.creation == whole.creation
    np.testing.assert_array_equal(again.predict(["amka"]), whole.predict(["amka"]))
    with pytest.raises(ValueError, match="must be of a search with the same data"):
        ki.TextClassifier.create(data(), backup_dir=tmp_path)


def test_the_budget_decides_what_is_tried(small_preset):
    model = ki.TextClassifier.create(both_languages(), max_bytes=30_000)
    assert model.creation.chosen == "n-grams"
    assert sum(4 * np.prod(weight.shape) for weight in model.network.weights) <= 30_000
    assert "more than max_bytes=30,000" in str(model.creation)
    hurried = ki.TextClassifier.create(both_languages(), minutes=1e-9)
    assert "no time left" in str(hurried.creation)


def test_validation_data_judge_where_they_are_given(small_preset):
    held = ki.datasets.from_lists(["wake me up", "muziki"], ["alarm", "music"], language=["en", "sw"])
    model = ki.TextClassifier.create(both_languages(), validation_data=held, preset=None)
    assert model.creation.trials[0].by_language == {"en": 1.0, "sw": 1.0}
    assert model.creation.reason == "the only one that was tried"


def test_odd_data_give_a_model():
    same = ki.datasets.from_lists(["the same"] * 12, ["a", "b", "a"] * 4, language="en")
    assert ki.TextClassifier.create(same, preset=None).classify(["the same"])[0].label == "a"
    lone = data() + ki.datasets.from_lists(["jua"], ["music"], language="sw")
    assert ki.TextClassifier.create(lone, preset=None).classify(["play a song"])[0].label == "music"
    apart = data() + ki.datasets.from_lists(["habari", "habari yako"], ["greeting"] * 2, language="sw")
    assert ki.TextClassifier.create(apart, preset=None).classify(["habari"])[0].label == "greeting"


def test_several_labels_a_text_make_a_classifier_of_several(small_preset):
    rows = both_languages()
    train = ki.datasets.from_lists(rows.text, [[label] for label in rows.label], language=rows.language)
    model = ki.TextClassifier.create(train)
    assert model.multi_label
    assert [tuple(found.label for found in one) for one in model.classify(["set an alarm"])] == [("alarm",)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"minutes": 0}, "`minutes` must be a number above 0"),
        ({"max_bytes": -5}, "`max_bytes` must be a number above 0"),
        ({"max_bytes": 10, "preset": None}, "n-grams have room for at most"),
    ],
)
def test_an_empty_budget_is_refused(options, told):
    with pytest.raises(ValueError, match=told):
        ki.TextClassifier.create(data(), **options)


def test_one_label_and_too_many_labels():
    with pytest.raises(ValueError, match="`train` must have at least two labels"):
        ki.TextClassifier.create(data().select(labels=["alarm"]))
    many = ki.datasets.from_lists([f"text {n}" for n in range(1001)], [f"l{n}" for n in range(1001)], language="en")
    with pytest.raises(ValueError, match="1,001 labels"):
        ki.TextClassifier.create(many, preset=None)


def test_the_worst_languages_count():
    assert judged({"en": 0.9, "sw": 0.5}) == pytest.approx(0.75 * 0.7 + 0.25 * 0.5)
    assert judged(dict.fromkeys("abcdefgh", 0.5) | {"a": 0.1, "b": 0.3}) == pytest.approx(0.75 * 0.425 + 0.25 * 0.2)
