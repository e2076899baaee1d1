"""A text may have several labels, or none: fitted, thresholds chosen, classified, saved, refused where it makes no sense."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models.label_thresholds import LabelThresholds, best_threshold
from keras_i18n.tokenizers import NgramTokenizer
from keras_i18n.transfer.adding.unchanged import compare_unseen

TOKENIZER = NgramTokenizer(num_buckets=200, compose=False)
WORDS = {"alarm": "wake", "music": "song", "weather": "rain"}


def texts_of(rows, seed):
    """Texts that hold the word of each of their labels, among others."""
    rng = np.random.default_rng(seed)
    labels = [[name for name in WORDS if rng.random() < 0.4] for _ in range(rows)]
    texts = [" ".join([str(rng.integers(9)), *(WORDS[name] for name in row)]) for row in labels]
    return ki.datasets.from_lists(texts, labels, language=["en", "sw"] * (rows // 2))


TRAIN, VALIDATION = texts_of(120, 1), texts_of(120, 2)


@pytest.fixture(scope="module")
def encoder():
    keras.utils.set_random_seed(1)
    network = ki.networks.build("pooling", vocabulary_size=200, task="encoder", vector_dim=16, size="tiny")
    return ki.TextEncoder(tokenizer=TOKENIZER, network=network)


def on(encoder, head="kernel", **options):
    options = {"num_anchors": 64} | options if head == "kernel" else options
    return ki.TextClassifier.on_encoder(encoder, labels=TRAIN.labels, head=head, multi_label=True, **options)


@pytest.fixture(scope="module")
def fitted(encoder):
    model = on(encoder)
    model.history = model.fit(TRAIN, validation_data=VALIDATION, epochs=20, verbose=0)
    return model


def names(answers):
    return [{one.label for one in found} for found in answers]


def test_it_learns_which_labels_a_text_has(fitted):
    scores = fitted.predict(VALIDATION.text)
    assert scores.shape == (120, 3)
    assert (scores.sum(axis=1) > 1.5).any()
    assert (scores.sum(axis=1) < 0.5).any()
    report = ki.evaluate_by_language(fitted, VALIDATION, source_language="en")
    assert report.mean > 0.95
    assert [row.count for row in report] == [60, 60]
    assert fitted.history.history["val_micro_f1"][-1] == pytest.approx(
        ki.evaluate_by_language(fitted, ki.datasets.from_lists(VALIDATION.text, VALIDATION.label, language="en")).mean,
        abs=1e-6,
    )


@pytest.mark.parametrize("head", ["linear", "mlp"])
def test_other_heads_and_all_of_the_network(encoder, head):
    model = on(encoder.with_networks(ki.networks.copy_network), head)
    model.fit(TRAIN, epochs=3, learning_rate=0.01, trainable="all", verbose=0)
    assert ki.evaluate_by_language(model, VALIDATION).mean > 0.9


def test_a_network_from_scratch():
    keras.utils.set_random_seed(1)
    network = ki.networks.build(
        "pooling", vocabulary_size=200, num_labels=3, output_activation="sigmoid", size="tiny", dropout=0.0
    )
    model = ki.TextClassifier(tokenizer=TOKENIZER, network=network, labels=TRAIN.labels, multi_label=True)
    model.fit(TRAIN, epochs=20, learning_rate=0.01, trainable="all", verbose=0)
    assert ki.evaluate_by_language(model, VALIDATION).mean > 0.9


def test_classify_gives_all_that_reach_their_thresholds_best_first(fitted):
    scores = fitted.predict(VALIDATION.text)
    for row, found in zip(scores, fitted.classify(VALIDATION.text), strict=True):
        assert isinstance(found, tuple)
        assert [one.score for one in found] == sorted((score for score in row if score >= 0.5), reverse=True)
        assert {one.label for one in found} == {TRAIN.labels[place] for place in np.flatnonzero(row >= 0.5)}
    assert fitted.classify([]) == []
    assert () in fitted.classify(VALIDATION.text)


def test_thresholds_by_hand():
    assert best_threshold([0.1, 0.3, 0.5, 0.8], [0, 1, 0, 1]) == pytest.approx(0.2)
    assert best_threshold([0.1, 0.3, 0.6, 0.8], [0, 0, 0, 1]) == pytest.approx(0.7)
    assert best_threshold([0.2, 0.9], [0, 0]) == 0.5
    assert best_threshold([1.0, 1.0], [1, 1]) == 0.5
    assert best_threshold([0.2, 0.2, 0.4], [1, 1, 1]) == pytest.approx(0.1)
    # every threshold in turn: none has a larger F1
    rng = np.random.default_rng(3)
    for _ in range(20):
        scores, true = rng.random(30).round(1), rng.random(30) < 0.3
        f1 = {
            place: 2 * (true & (scores >= place)).sum() / max(true.sum() + (scores >= place).sum(), 1)
            for place in [*np.linspace(0.01, 0.99, 99), best_threshold(scores, true)]
        }
        assert f1[best_threshold(scores, true)] == max(f1.values()) or not true.any()


def test_thresholds_by_language():
    labels = ("x", "y")
    scores = np.array([[0.9, 0.3], [0.4, 0.1]] * 10 + [[0.3, 0.3], [0.2, 0.1]] * 10 + [[0.5, 0.5]])
    targets = np.array([[1, 1], [0, 0]] * 10 + [[1, 0], [0, 0]] * 10 + [[0, 0]])
    languages = ["en"] * 20 + ["sw"] * 20 + ["fr"]
    found = LabelThresholds.chosen(labels, scores, targets, languages, min_texts=20)
    assert set(found.by_language) == {"und", "en", "sw"}
    assert found.of("en").tolist() == pytest.approx([0.65, 0.2])
    assert found.of("swh_Latn")[0] == pytest.approx(0.25)
    assert found.of("sw")[1] == found.of()[1]  # no text in it has the label
    assert found.of("fr").tolist() == found.of(None).tolist() == found.of("und").tolist()
    assert found.passed(np.array([[0.4, 0.0]] * 2), ["en", "sw"]).tolist() == [[False, False], [True, False]]
    assert found.passed(np.zeros((0, 2)), []).shape == (0, 2)
    with pytest.raises(ValueError, match=r"one for each of 2 texts. Received: 1 tags"):
        found.passed(np.zeros((2, 2)), ["en"])
    for wrong in ({"sw": [0.5]}, {"sw": [0.5, 1.0]}, {"und": [0, 0.5]}):
        with pytest.raises(ValueError, match="2 numbers between 0 and 1"):
            LabelThresholds(labels, wrong)


def test_chosen_thresholds_are_used_saved_and_set_back(encoder, tmp_path):
    model = on(encoder)
    model.fit(TRAIN, epochs=1, verbose=0)
    before = ki.evaluate_by_language(model, VALIDATION)
    found = model.choose_thresholds(VALIDATION, min_texts=60)
    assert set(found.by_language) == {"und", "en", "sw"}
    after = ki.evaluate_by_language(model, VALIDATION)
    assert all(new.macro_f1 >= old.macro_f1 for new, old in zip(after, before, strict=True))
    assert set(model.choose_thresholds(VALIDATION, min_texts=61).by_language) == {"und"}
    odd = {"und": [0.9, 0.9, 0.9], "sw": [0.001, 0.001, 0.001]}
    model.thresholds = LabelThresholds(model.labels, odd)
    text = ["7 song"]
    assert len(model.classify(text, language="sw")[0]) == 3
    assert names(model.classify(text * 2, language=["sw", "en"]))[0] == set(model.labels)
    model.save(tmp_path / "model.keras")
    again = ki.load(tmp_path / "model.keras")
    assert again.multi_label
    assert again.thresholds == model.thresholds
    assert again.classify(VALIDATION.text, language="sw") == model.classify(VALIDATION.text, language="sw")
    assert model.with_networks(ki.networks.copy_network).thresholds == model.thresholds
    model.fit(TRAIN, epochs=1, verbose=0)
    assert model.thresholds == LabelThresholds(model.labels)


def test_files_of_one_label_say_nothing_of_thresholds(encoder):
    model = ki.TextClassifier.on_encoder(encoder, labels=["x", "y"], head="linear")
    config = model.to_config()
    assert "thresholds" not in config
    del config["multi_label"]  # as in the files of earlier versions
    again = ki.TextClassifier.from_saved(tokenizer=model.tokenizer, network=model.network, config=config)
    assert not again.multi_label


def test_exported_and_verified(fitted, tmp_path):
    model = fitted.with_networks(ki.networks.copy_network)
    model.choose_thresholds(VALIDATION, min_texts=60)
    folder = ki.export(model, tmp_path, formats=["keras", "tflite"])
    report = ki.verify(model, folder, VALIDATION).raise_if_different()
    assert all(row.accuracy_change == 0 for row in report.rows)
    runner = ki.load_exported(folder / "model.tflite")
    assert runner.multi_label
    for language in (None, "sw", list(VALIDATION.language)):
        wanted = names(model.classify(VALIDATION.text, language=language))
        assert names(runner.classify(VALIDATION.text, language=language)) == wanted
    assert [row.exact_match for row in ki.evaluate_by_language(runner, VALIDATION)] == [
        row.exact_match for row in ki.evaluate_by_language(model, VALIDATION)
    ]
    with pytest.raises(ValueError, match="Thresholds tell how many labels"):
        runner.classify(["a"], top=2)
    other = on(fitted.encoder)  # not trained: all its scores are 0.5
    other.thresholds = model.thresholds
    for row in ki.verify(other, folder, VALIDATION, formats=["tflite"], max_texts=60).rows:
        texts = VALIDATION.select(languages=row.language).text
        pairs = zip(*(names(one.classify(texts, language=row.language)) for one in (runner, other)), strict=True)
        assert row.label_agreement == pytest.approx(np.mean([one == wanted for one, wanted in pairs]))
        assert 0 < row.label_agreement < 1
    model.thresholds = LabelThresholds(model.labels, {"und": [0.1, 0.2, 0.3]})
    with pytest.raises(ValueError, match="thresholds in the file are others"):
        ki.verify(model, folder, VALIDATION).raise_if_different()


ONE_LABEL = ki.datasets.from_lists(["a", "b"], ["alarm", "music"], language="en")


@pytest.mark.parametrize(
    ("data", "options", "told"),
    [
        (ONE_LABEL, {}, "a list of labels in every row.*Received: one label a row"),
        (TRAIN, {"class_weight": "balanced"}, "`class_weight` is for one label a text.*choose_thresholds"),
        (TRAIN, {"callbacks": [ki.models.LanguageMetrics(VALIDATION)]}, "LanguageMetrics compares one label"),
        (TRAIN[[0, 0]], {}, "Training needs rows with different labels"),
        (
            ki.datasets.from_lists(["a", "b"], [["alarm"], ["tea"]], language="en"),
            {},
            "labels that the model lacks: {'tea': 1}",
        ),
    ],
)
def test_what_training_refuses(encoder, data, options, told):
    with pytest.raises(ValueError, match=told):
        on(encoder, "linear").fit(data, verbose=0, **options)


def test_what_is_for_one_label_only(encoder, fitted):
    single = ki.TextClassifier.on_encoder(encoder, labels=TRAIN.labels, head="linear")
    with pytest.raises(ValueError, match="Make the model with multi_label=True"):
        single.fit(TRAIN, verbose=0)
    with pytest.raises(ValueError, match="Received: a model without multi_label=True"):
        single.choose_thresholds(VALIDATION)
    with pytest.raises(ValueError, match="`language` chooses thresholds"):
        single.classify(["a"], language="en")
    with pytest.raises(ValueError, match="`thresholds` need multi_label=True"):
        ki.TextClassifier(
            tokenizer=TOKENIZER, network=single.network, labels=single.labels, thresholds={"und": [0.5] * 3}
        )
    with pytest.raises(ValueError, match="one label a row, as the model has multi_label=False"):
        ki.evaluate_by_language(single, VALIDATION)
    with pytest.raises(ValueError, match="a list of labels in every row, as the model has multi_label=True"):
        ki.evaluate_by_language(fitted, ONE_LABEL)
    with pytest.raises(ValueError, match="thresholds tell how many labels"):
        fitted.classify(["a"], top=2)
    with pytest.raises(ValueError, match="one label a text, or all several"):
        ki.Ensemble([single, fitted])
    with pytest.raises(ValueError, match="need members with multi_label=True"):
        ki.Ensemble([single], thresholds={"und": [0.5] * 3})
    with pytest.raises(ValueError, match="A text has one language"):
        ki.LanguageIdentifier(tokenizer=TOKENIZER, network=fitted.network, labels=["en", "sw", "fr"], multi_label=True)


@pytest.fixture(scope="module")
def other(encoder):
    model = on(encoder, num_anchors=8)
    model.fit(TRAIN, verbose=0)
    model.thresholds = LabelThresholds(model.labels, {"und": [0.2, 0.4, 0.6], "sw": [0.1, 0.1, 0.1]})
    return model


def opened_again(model, tmp_path):
    """The model out of its file, and its exported one."""
    model.save(tmp_path / "model.keras")
    return ki.load(tmp_path / "model.keras"), ki.load_exported(
        ki.export(model, tmp_path, formats=["tflite"]) / "model.tflite"
    )


def test_several_models_answer_as_one(fitted, other, tmp_path):
    both = ki.Ensemble([fitted, other], weights=[1, 3])
    texts = VALIDATION.text[:20]
    np.testing.assert_allclose(
        both.predict(texts), 0.25 * fitted.predict(texts) + 0.75 * other.predict(texts), atol=1e-6
    )
    wanted = [0.25 * fitted.thresholds.of(tag) + 0.75 * other.thresholds.of(tag) for tag in (None, "sw")]
    np.testing.assert_allclose([both.thresholds.of(tag) for tag in (None, "sw")], wanted)
    assert ki.evaluate_by_language(both, VALIDATION).mean > 0.9
    for one in opened_again(both, tmp_path):
        assert names(one.classify(texts, language="sw")) == names(both.classify(texts, language="sw"))
        np.testing.assert_allclose(one.predict(texts), both.predict(texts), atol=1e-5)
        assert one.thresholds == both.thresholds


def test_weights_of_several_labels_are_the_likeliest(fitted, other):
    worse = other.with_networks(ki.networks.copy_network)
    worse.predict = lambda texts, **options: np.full((len(texts), 3), 0.5, "float32")
    assert ki.Ensemble.stacked([fitted, worse], VALIDATION).weights[0] > 0.95
    both = ki.Ensemble([fitted, other])
    found = both.choose_thresholds(VALIDATION)
    assert both.thresholds == found
    assert found != LabelThresholds(both.labels)


def test_each_language_has_the_thresholds_of_its_model(fitted, other, tmp_path):
    identifier = ki.LanguageIdentifier.create(["en", "sw"], num_buckets=100)
    router = ki.transfer.Router({"en": fitted, "sw": other}, identifier=identifier)
    assert router.thresholds.of("sw").tolist() == [0.1, 0.1, 0.1]
    assert router.thresholds.of().tolist() == fitted.thresholds.of().tolist()
    again, _ = opened_again(router, tmp_path)
    assert again.classify(["wake song"], language="sw") == router.classify(["wake song"], language="sw")


def test_transfer_tells_what_is_for_one_label_only(fitted):
    with pytest.raises(ValueError, match="`test` must have one label a row"):
        ki.transfer.transfer_report({"zero-shot": fitted}, VALIDATION, source_language="en", column="text")
    with pytest.raises(ValueError, match="`model` must give one label a text"):
        ki.transfer.adjust(fitted, ["song"])


def test_unseen_texts_that_change_a_label_are_counted(fitted):
    """The second model reads "song" otherwise: only texts that hold it get other labels."""
    other = fitted.with_networks(ki.networks.copy_network)
    other.tokenizer = Renaming()
    texts = ["7 song", "7 rain", "wake song"]
    found = compare_unseen(fitted, other, texts)
    assert found.tokenized_differently == pytest.approx(2 / 3)
    changed = [one != now for one, now in zip(*(names(m.classify(texts)) for m in (fitted, other)), strict=True)]
    assert found.changed_labels == pytest.approx(np.mean(changed))
    assert np.mean(changed) == pytest.approx(2 / 3)


class Renaming(NgramTokenizer):
    def __init__(self):
        super().__init__(num_buckets=200)

    def tokenize(self, texts, max_tokens=None):
        return super().tokenize([text.replace("song", "rain") for text in texts], max_tokens)


def test_scores_must_fit_what_the_model_is_for():
    def network(activation):
        return ki.networks.build(
            "pooling", vocabulary_size=200, num_labels=3, output_activation=activation, size="tiny"
        )

    def make(activation, multi_label):
        return ki.TextClassifier(
            tokenizer=TOKENIZER, network=network(activation), labels=TRAIN.labels, multi_label=multi_label
        )

    assert make("sigmoid", multi_label=True).multi_label
    with pytest.raises(ValueError, match="several labels: multi_label=True"):
        make("sigmoid", multi_label=False)
    with pytest.raises(ValueError, match=r"a score of its own in 0 .. 1.*softmax"):
        make("softmax", multi_label=True)
    linear = network("linear")
    linear.set_weights([np.full(weight.shape, 3.0) for weight in linear.get_weights()])
    with pytest.raises(ValueError, match=r"a score of its own in 0 .. 1"):
        ki.TextClassifier(tokenizer=TOKENIZER, network=linear, labels=TRAIN.labels, multi_label=True)


def test_a_training_that_gives_no_label_is_told(encoder):
    rare = ki.datasets.from_lists(["a", "b", "c", "d"] * 8, [[], [], [], ["music"]] * 8, language="en")
    with pytest.warns(UserWarning, match="micro F1 of 0%"):
        on(encoder, "linear").fit(rare, epochs=1, learning_rate=1e-6, verbose=0)
