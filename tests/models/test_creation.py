import collections
import json
import pathlib
import re
import types

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models.convex import choosing, training_features
from keras_i18n.models.creation import creating, encoders, verdict
from keras_i18n.models.creation.candidates import candidates_of
from keras_i18n.models.creation.judging import paired_gain
from keras_i18n.models.creation.report import Trial, judged
from tests.models.test_convex import SWAHILI, data

LANGUAGES = {"universal": ("en", "de"), "use_multilingual_v3": ("en",)}


class Small:
    """An encoder in place of each preset: hashed n-grams pooled, so that a search takes a second."""

    @staticmethod
    def from_preset(name):
        import keras

        keras.utils.set_random_seed(1)
        network = ki.networks.build("pooling", vocabulary_size=400, task="encoder", vector_dim=16, size="tiny")
        return ki.TextEncoder(
            tokenizer=ki.tokenizers.NgramTokenizer(num_buckets=400, compose=False),
            network=network,
            languages=LANGUAGES[name],
        )


@pytest.fixture
def small_presets(monkeypatch):
    monkeypatch.setattr(encoders, "TextEncoder", Small)
    monkeypatch.setattr(encoders, "preset_languages", LANGUAGES.__getitem__)
    monkeypatch.setattr(encoders, "NUM_BYTES", {"universal": 31_616, "use_multilingual_v3": 275_000_000})


def create(data, **options):
    """With one encoder unless told otherwise: two take twice the time."""
    return ki.TextClassifier.create(data, **{"preset": "universal", **options})


def both_languages():
    return data() + data(SWAHILI, "sw")


def test_the_best_is_built_and_the_report_tells_what_was_tried(small_presets):
    told = []
    model = create(both_languages(), progress=told.append)
    report = model.creation
    assert [trial.name for trial in report.trials] == ["n-grams", "universal", "universal and n-grams"]
    assert report.chosen in str(report)
    assert "worst language" in report._repr_html_()
    best = max(trial.judged for trial in report.trials)
    chosen = next(trial for trial in report.trials if trial.name == report.chosen)
    assert chosen.judged >= best - 0.002
    assert collections.Counter(progress.stage for progress in told)["trials"] > 5
    right = [found.label for found in model.classify(["set an alarm for Mary", "cheza muziki"])]
    assert right == ["alarm", "music"]


def test_the_same_seed_gives_the_same_classifier(small_presets):
    one, other = (create(both_languages(), seed=3) for _ in range(2))
    assert one.creation == other.creation
    np.testing.assert_array_equal(one.predict(["niamshe"]), other.predict(["niamshe"]))


def test_an_interrupted_search_goes_on(small_presets, tmp_path, monkeypatch):
    whole = create(both_languages(), backup_dir=tmp_path)
    stored = json.loads((tmp_path / "creation.json").read_text())
    del stored["trials"]["universal and n-grams"]
    (tmp_path / "creation.json").write_text(json.dumps(stored))
    tried = []
    before = creating.held_out_scores
    monkeypatch.setattr(
        creating, "held_out_scores", lambda one, *a, **o: tried.append(one.name) or before(one, *a, **o)
    )
    again = create(both_languages(), backup_dir=tmp_path)
    assert tried == ["universal and n-grams"]
    assert again.creation == whole.creation
    np.testing.assert_array_equal(again.predict(["amka"]), whole.predict(["amka"]))
    for other in ({"train": data()}, {"train": both_languages(), "preset": ("universal", "use_multilingual_v3")}):
        with pytest.raises(ValueError, match="must be of a search with the same data"):
            create(other.pop("train"), backup_dir=tmp_path, **other)


def test_the_budget_decides_what_is_tried(small_presets):
    model = create(both_languages(), max_bytes=30_000)
    assert model.creation.chosen == "n-grams"
    assert sum(4 * np.prod(weight.shape) for weight in model.network.weights) <= 30_000
    assert "more than max_bytes=30,000" in str(model.creation)
    hurried = create(both_languages(), minutes=1e-9)
    assert "no time left" in str(hurried.creation)


def test_validation_data_judge_where_they_are_given(small_presets):
    held = ki.datasets.from_lists(["wake me up", "muziki"], ["alarm", "music"], language=["en", "sw"])
    model = create(both_languages(), validation_data=held, preset=None)
    assert model.creation.trials[0].by_language == {"en": 1.0, "sw": 1.0}
    assert model.creation.reason == "the only one that was tried"


def test_odd_data_give_a_model():
    same = ki.datasets.from_lists(["the same"] * 12, ["a", "b", "a"] * 4, language="en")
    assert create(same, preset=None).classify(["the same"])[0].label == "a"
    lone = data() + ki.datasets.from_lists(["jua"], ["music"], language="sw")
    assert create(lone, preset=None).classify(["play a song"])[0].label == "music"
    apart = data() + ki.datasets.from_lists(["habari", "habari yako"], ["greeting"] * 2, language="sw")
    assert create(apart, preset=None).classify(["habari"])[0].label == "greeting"


def test_labels_of_one_text_are_told_and_take_no_choice_away(small_presets):
    """Held out, such a text has no other of its label: all candidates have 0, and the first of them is no better."""
    texts = ["wake me up", "play jazz", "niamshe", "cheza muziki"]
    train = ki.datasets.from_lists(texts, ["alarm", "music", "kengele", "muziki"], language=["en", "en", "sw", "sw"])
    model = create(train)
    assert [trial.judged for trial in model.creation.trials] == [0.0, 0.0, 0.0]
    assert model.creation.chosen == "universal and n-grams"
    assert "no answer on texts held out was right, which tells nothing" in model.creation.reason
    assert "4 of 4 labels have one text only (such as 'alarm')" in model.creation.reason
    assert [found.label for found in model.classify(texts)] == list(train.label)
    assert "one text only" not in create(both_languages(), preset=None).creation.reason


def test_of_very_many_texts_rare_labels_and_languages_are_kept(monkeypatch):
    monkeypatch.setattr(creating, "_MOST_TEXTS", 40)
    often = ki.datasets.from_lists(["set an alarm", "play a song"] * 200, ["alarm", "music"] * 200, language="en")
    rare = ki.datasets.from_lists(["habari yako", "salaam"], ["greeting"] * 2, language=["sw", "ar"])
    model = create(often + rare, preset=None)
    assert model.languages == ("ar", "en", "sw")
    assert model.classify(["habari yako"])[0].label == "greeting"
    search = creating.Creation(ki.TextClassifier, often + rare, preset=None)
    assert 40 <= len(search.train) < 50


def test_of_many_labels_some_are_judged(monkeypatch):
    """A sample of all of them would leave each a text or two of its three, and take the square of the time."""
    monkeypatch.setattr(training_features, "_LABELS", 10)
    monkeypatch.setattr(training_features, "_MOST_LABELS", 20)
    names = [f"place{number:03}" for number in range(24)]
    texts = [f"{verb} {name}" for name in names for verb in ("go to", "drive me to", "where is")]
    train = ki.datasets.from_lists(texts, [name for name in names for _ in range(3)], language="en")
    model = create(train, preset=None)
    assert "Judged on 20 of 24 labels: among all of them answers are right less often" in model.creation.reason
    assert model.creation.trials[0].judged > 0.9
    assert [found.label for found in model.classify([f"we are in {name}" for name in names])] == names


def test_labels_that_texts_say_nothing_of_are_told():
    texts = [f"text {number}" for number in range(60)]
    chance = np.random.default_rng(3).integers(0, 2, 60)
    told = "is little better than the 5.% of always answering '[ab]'"
    random = ki.datasets.from_lists(texts, ["ab"[one] for one in chance], language="en")
    assert re.search(told, create(random, preset=None).creation.reason)
    assert not re.search("little better", create(both_languages(), preset=None).creation.reason)
    with pytest.warns(
        UserWarning, match="got their label from a model that was made without them, near the 5.%"
    ) as warned:
        ki.TextClassifier.from_scratch(["a", "b"], num_buckets=1000).fit(random, verbose=0)
    assert warned[0].filename == __file__


def test_several_labels_a_text_make_a_classifier_of_several(small_presets):
    rows = both_languages()
    train = ki.datasets.from_lists(rows.text, [[label] for label in rows.label], language=rows.language)
    model = create(train)
    assert model.multi_label
    assert [tuple(found.label for found in one) for one in model.classify(["set an alarm"])] == [("alarm",)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"minutes": 0}, "`minutes` must be a number above 0"),
        ({"max_bytes": -5}, "`max_bytes` must be a number above 0"),
        ({"max_bytes": 10, "preset": None}, "`max_bytes` must be at least [0-9,]+ for n-grams of these texts"),
        ({"preset": ("universal", "universal")}, "must name each encoder once"),
        ({"preset": ("universal", "use_v3")}, "Did you mean 'use_multilingual_v3'"),
        ({"preset": 3}, "`preset` must be a name, several names, or None"),
    ],
)
def test_an_empty_budget_and_wrong_encoders_are_refused(options, told):
    with pytest.raises(ValueError, match=told):
        create(data(), **options)


def test_an_encoder_is_heard_where_nobody_told_the_language():
    """Its languages were none of "und", so that it had to win as in a language that it does not know."""
    unknown = {"language": np.array(["und"] * 4), "encoder_languages": ("en", "sw")}
    sample = types.SimpleNamespace(**unknown)
    losses = {scale: np.full(4, 1.0 - 0.01 * scale) for scale in choosing.SCALES}
    assert choosing._by_language(losses, sample)["und"] == 0.5
    sample.language = np.array(["yo"] * 4)
    assert choosing._by_language(losses, sample)["yo"] < 0.5


def test_one_label_and_too_many_labels():
    same = ki.datasets.from_lists(["wake me", "play"], [["alarm", "music"]] * 2, language="en")
    with pytest.raises(
        ValueError, match=r"must have rows with different labels. Received: 2 rows with 'alarm', 'music' each"
    ):
        create(same)
    with pytest.raises(ValueError, match="`train` must have at least two labels"):
        create(data().select(labels=["alarm"]))
    many = ki.datasets.from_lists([f"text {n}" for n in range(1001)], [f"l{n}" for n in range(1001)], language="en")
    with pytest.raises(ValueError, match="1,001 labels"):
        create(many, preset=None)


def test_the_bytes_that_are_asked_for_are_enough():
    with pytest.raises(ValueError) as refused:
        create(data(), preset=None, max_bytes=10)
    least = int(re.search(r"at least ([0-9,]+)", str(refused.value))[1].replace(",", ""))
    assert create(data(), preset=None, max_bytes=least).creation.chosen == "n-grams"
    with pytest.raises(ValueError, match="must be at least"):
        create(data(), preset=None, max_bytes=least - 1)


def test_the_worst_languages_count():
    assert judged({"en": 0.9, "sw": 0.5}) == pytest.approx(0.75 * 0.7 + 0.25 * 0.5)
    assert judged(dict.fromkeys("abcdefgh", 0.5) | {"a": 0.1, "b": 0.3}) == pytest.approx(0.75 * 0.425 + 0.25 * 0.2)


def notes(model):
    return {trial.name: trial.note for trial in model.creation.trials}


def test_a_second_encoder_is_judged_beside_the_first(small_presets):
    report = ki.TextClassifier.create(both_languages()).creation
    names = ["n-grams", "universal", "universal and n-grams"]
    names += ["use_multilingual_v3", "use_multilingual_v3 and n-grams"]
    assert [trial.name for trial in report.trials] == names
    scores = {trial.name: trial.by_language for trial in report.trials}
    assert scores["use_multilingual_v3"] == scores["universal"] != {}  # the same weights, texts and folds
    assert "use_multilingual_v3" not in report.chosen


def test_a_second_encoder_is_not_tried_where_it_cannot_win(small_presets):
    told = notes(ki.TextClassifier.create(data(SWAHILI, "sw") + data(language="de")))
    assert "made for none of these languages" in told["use_multilingual_v3"]
    told = notes(ki.TextClassifier.create(both_languages(), max_bytes=200_000))
    assert "more than max_bytes=200,000" in told["use_multilingual_v3 and n-grams"]


def test_a_second_encoder_that_is_worse_alone_is_not_tried_beside_n_grams():
    search = creating.Creation(ki.TextClassifier, both_languages())
    search._prepare()
    search.right = {"universal": np.ones(len(search.sampled)), "use_multilingual_v3": np.zeros(len(search.sampled))}
    (*_, last) = candidates_of(search.presets)
    assert search._why_not(last) == "alone it is worse than universal alone"
    search.right["use_multilingual_v3"] = search.right["universal"].copy()
    assert search._why_not(last) is None


def test_labels_in_one_language_keep_the_encoder_that_knows_most(small_presets, monkeypatch):
    monkeypatch.setattr(verdict, "_ONE_LANGUAGE_GAIN", 1.0)
    monkeypatch.setattr(verdict, "preset_languages", LANGUAGES.__getitem__)
    model = ki.TextClassifier.create(data())
    assert model.creation.chosen == "universal"  # also where both are as good: few texts judge
    assert "labels are in en alone" in model.creation.reason
    assert 'preset="use_multilingual_v3" reads better (82.6% against 80.2%' in model.creation.reason
    assert notes(model)["use_multilingual_v3"].startswith("not tried: labels are in en alone")


def test_what_is_told_of_the_other_encoder_was_measured():
    file = pathlib.Path(__file__).parents[2] / "benchmarks" / "results" / "universal_encoder.json"
    measured = json.loads(file.read_text("utf-8"))
    for name, told in verdict.ZERO_SHOT.items():
        found = measured[name]["zero_shot"]
        assert told == tuple(round(found[key], 3) for key in ("the_16_of_use_multilingual_v3", "all"))


def chosen(gain, error):
    """The verdict where the second encoder is right more often, so surely."""
    names = {one.name: one for one in candidates_of(("universal", "use_multilingual_v3"))}
    right = {name: np.zeros(1000) for name in names}
    differ = round(1000 * error**2 * 1000)  # texts on which the two differ
    better = (differ + round(1000 * gain)) // 2
    right["use_multilingual_v3"][:better] = 1
    right["universal and n-grams"][better:differ] = 1
    trials = [Trial(name, {"en": float(right[name].mean()), "sw": float(right[name].mean())}) for name in names]
    return verdict.Verdict(
        names, trials, right, language=["en"] * 1000, same_text=None, first="universal", one_language=None,
        num_bytes=dict.fromkeys(names, 39_000_000) | {"use_multilingual_v3": 276_000_000},
        num_languages=dict.fromkeys(names, 179) | {"use_multilingual_v3": 16},
        held_out="texts held out", num_texts=1000,
    ).chosen()  # fmt: skip


def test_the_larger_encoder_must_win_by_more_than_chance():
    one, reason = chosen(gain=0.05, error=0.02)
    assert one.name == "use_multilingual_v3"
    assert reason == (
        "+5.0 points beside universal and n-grams, with a standard error of 2.0: worth 276 MB "
        "for 16 languages against 39 MB for 179 languages"
    )
    one, reason = chosen(gain=0.016, error=0.02)
    assert one.name == "universal and n-grams"
    assert "use_multilingual_v3 is not surely better (+1.6 points, with a standard error of 2.0)" in reason
    assert "takes 276 MB for 16 languages against 39 MB for 179" in reason


def test_translations_are_one_draw_of_the_noise():
    generator = np.random.default_rng(0)
    one, other = generator.random((2, 200)).round()
    language, same = ["en"] * 200 + ["sw"] * 200, np.tile(np.arange(200), 2)
    twice = paired_gain(np.tile(one, 2), np.tile(other, 2), language, same)
    assert twice == pytest.approx(paired_gain(one, other, ["en"] * 200))
    assert paired_gain(np.tile(one, 2), np.tile(other, 2), language)[1] < 0.8 * twice[1]
