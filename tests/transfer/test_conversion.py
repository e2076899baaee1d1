"""Whole models change their language: rows, body, files, the three ways, and what is refused."""

import keras
import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n import datasets, layers, models, networks, tokenizers
from keras_i18n.transfer import conversion
from keras_i18n.transfer.conversion.adjusting import confident_rows

ENGLISH = ["the sun is red", "the house is big", "a red house", "a big sun", "Nairobi is big", "the sun is big"] * 4
SWAHILI = ["jua ni jekundu", "nyumba ni kubwa", "nyumba nyekundu", "jua kubwa", "Nairobi ni kubwa", "jua ni kubwa"] * 4
LABELS = ["sky", "home", "home", "sky", "home", "sky"] * 4
PAIRS = datasets.ParallelTexts(ENGLISH * 10, SWAHILI * 10, source_language="en", target_language="sw")


def vocabulary(texts, **options):
    return tokenizers.train_unigram(texts, vocabulary_size=60, **options)


def language_model(kind, tokenizer=None, **options):
    tokenizer = tokenizer or vocabulary(ENGLISH, begin=True, end=True)
    return models.LanguageModel.create(tokenizer, languages=["en"], kind=kind, size="tiny", num_layers=2, **options)


def classifier(name="gru"):
    tokenizer = vocabulary(ENGLISH)
    network = networks.build(name, vocabulary_size=tokenizer.vocabulary_size, num_labels=2, size="tiny")
    return models.TextClassifier(tokenizer=tokenizer, network=network, labels=["home", "sky"], languages=["en"])


def data(texts, language, labels=None):
    return datasets.from_lists(texts, labels, language=language)


def body_of(model):
    own = {"embedding", "logits"}
    return {
        layer.name: layer.get_weights() for layer in model.network.layers if layer.name not in own and layer.weights
    }


def assert_same_weights(first, second):
    assert first.keys() == second.keys()
    for name in first:
        for a, b in zip(first[name], second[name], strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru", "transformer"])
def test_a_language_model_keeps_its_body_and_the_rows_of_shared_pieces(kind):
    model = language_model(kind)
    before = [weights.copy() for weights in model.network.get_weights()]
    converted, report = conversion.convert_language(model, "sw", parallel=PAIRS)
    for a, b in zip(model.network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert_same_weights(body_of(model), body_of(converted))
    old, new = model.tokenizer, converted.tokenizer
    shared = [piece for piece in new.pieces if piece in old.pieces]
    assert report.counts["copied"] == len(shared) > 5
    assert sum(report.counts.values()) == new.vocabulary_size == report.pieces_after
    for layer in ("embedding", "logits"):
        rows_before, rows_after = (
            [weights if weights.ndim == 1 else weights.T if layer == "logits" else weights for weights in values]
            for values in (
                model.network.get_layer(layer).get_weights(),
                converted.network.get_layer(layer).get_weights(),
            )
        )
        for a, b in zip(rows_before, rows_after, strict=True):
            for piece in shared:
                np.testing.assert_array_equal(a[old.piece_id(piece)], b[new.piece_id(piece)])
    assert converted.languages == ("sw",)
    assert report.tied is False
    assert np.isfinite(converted.log_probability(["jua ni kubwa", ""])).all()


@pytest.mark.parametrize("name", ["pooling", "lstm", "gru", "convolution", "transformer"])
def test_a_classifier_from_its_file_to_a_file(name, tmp_path):
    model = classifier(name)
    model.save(tmp_path / "en.keras")
    written = (tmp_path / "en.keras").read_bytes()
    converted, _ = conversion.convert_language(tmp_path / "en.keras", "sw", parallel=PAIRS)
    assert (tmp_path / "en.keras").read_bytes() == written
    converted.save(tmp_path / "sw.keras")
    again = ki.load(tmp_path / "sw.keras")
    assert again.languages == ("sw",)
    np.testing.assert_array_equal(again.predict(SWAHILI[:6]), converted.predict(SWAHILI[:6]))
    # what both languages write alike is answered alike
    both = "Nairobi"
    if [model.tokenizer.pieces[i] for i in model.tokenize([both])[0]] == [
        converted.tokenizer.pieces[i] for i in converted.tokenize([both])[0]
    ]:
        np.testing.assert_allclose(model.predict([both]), converted.predict([both]), atol=1e-6)


def test_tied_outputs_are_converted_with_the_table():
    tokenizer = vocabulary(ENGLISH, begin=True, end=True)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    table = layers.MultilingualEmbedding(tokenizer.vocabulary_size, 12, name="embedding")
    vectors = layers.PositionEmbedding(64, name="positions")(table(token_ids))
    vectors = layers.TransformerBlock(2, 24, causal=True, name="block")(vectors)
    network = keras.Model(token_ids, table(vectors, reverse=True))
    model = models.LanguageModel(tokenizer=tokenizer, network=network, languages=["en"])
    converted, report = conversion.convert_language(model, "sw", parallel=PAIRS)
    assert report.tied is True
    assert converted.network.output_shape[-1] == converted.tokenizer.vocabulary_size
    assert np.isfinite(converted.log_probability(["jua"])).all()


def test_characters_into_another_script():
    tokenizer = tokenizers.CharacterTokenizer.train(ENGLISH)
    model = language_model("gru", tokenizer)
    greek = ["ο ήλιος είναι κόκκινος", "το σπίτι είναι μεγάλο 7"]
    converted, report = conversion.convert_language(model, "el", texts=greek, method="parts")
    assert set("ήλιος") <= set(converted.tokenizer.pieces)
    assert report.counts["copied"] >= 4  # begin, end, unknown, space
    assert report.counts["random"] > 10


def test_language_tags_become_those_of_the_new_language():
    model = models.LanguageModel.create(
        vocabulary(ENGLISH, begin=True, end=True), language_tags=["en"], kind="gru", size="tiny"
    )
    converted, _ = conversion.convert_language(model, "sw", parallel=PAIRS)
    assert converted.language_tags == ("sw",)
    assert np.isfinite(converted.log_probability(["jua"], language="sw")).all()


def test_the_way_target_trains_rows_and_nothing_else():
    model = classifier("convolution")
    train = data(SWAHILI, "sw", LABELS)
    plain, _ = conversion.convert_language(model, "sw", parallel=PAIRS)
    trained, report = conversion.convert_language(
        model, "sw", parallel=PAIRS, training_method="target", train=train, epochs=2, learning_rate=3e-3, verbose=0
    )
    assert_same_weights(body_of(model), body_of(trained))
    assert len(report.history.history["loss"]) == 2
    moved = (
        trained.network.get_layer("embedding").get_weights()[0] - plain.network.get_layer("embedding").get_weights()[0]
    )
    assert np.abs(moved).max() > 1e-4
    assert all(layer.trainable for layer in trained.network.layers)


def test_a_model_whose_rows_were_trained_saves_and_trains_on(tmp_path, recwarn):
    train = data(SWAHILI, "sw", LABELS)
    trained, _ = conversion.convert_language(
        classifier("pooling"), "sw", parallel=PAIRS, training_method="target", train=train, epochs=1, verbose=0
    )
    trained.save(tmp_path / "sw.keras")
    again = ki.load(tmp_path / "sw.keras")
    assert not [warning for warning in recwarn if "Skipping variable loading" in str(warning.message)]
    again.fit(train, trainable="all", epochs=1, verbose=0)


def test_the_way_joint_reads_both_languages():
    converted, report = conversion.convert_language(
        classifier("pooling"),
        "sw",
        parallel=PAIRS,
        training_method="joint",
        train=data(SWAHILI, "sw", LABELS),
        source_train=data(ENGLISH, "en", LABELS),
        vocabulary_size=90,
        epochs=30,
        learning_rate=1e-2,
        verbose=0,
    )
    assert converted.languages == ("en", "sw")
    assert report.counts["copied"] > 15
    for texts in (ENGLISH, SWAHILI):
        right = [prediction.label for prediction in converted.classify(texts)]
        assert np.mean(np.array(right) == LABELS) > 0.9


def test_a_language_model_by_target_and_adjusted():
    model = language_model("gru")
    train = data(SWAHILI, "sw")
    plain, _ = conversion.convert_language(model, "sw", parallel=PAIRS)
    trained, _ = conversion.convert_language(
        model, "sw", parallel=PAIRS, training_method="target", train=train, epochs=3, verbose=0
    )
    adjusted, report = conversion.adjust(trained, SWAHILI, epochs=1, verbose=0)
    assert_same_weights(body_of(model), body_of(trained))
    bits = [found.bits_per_character(train)["sw"] for found in (plain, trained, adjusted)]
    assert bits[0] > bits[1] > bits[2]
    assert report.num_texts == len(SWAHILI)


def test_adjusting_leaves_the_model_given_and_balances_labels():
    model = classifier("pooling")
    model.fit(data(ENGLISH, "en", LABELS), trainable="all", epochs=20, learning_rate=1e-2, verbose=0)
    converted, _ = conversion.convert_language(model, "sw", parallel=PAIRS)
    before = [weights.copy() for weights in converted.network.get_weights()]
    adjusted, report = conversion.adjust(converted, SWAHILI, threshold=0.5, rounds=2, epochs=3, verbose=0)
    for a, b in zip(converted.network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(adjusted.network.get_weights(), before, strict=True))
    assert len(report.rounds) == 2
    assert max(report.rounds[0].values()) <= len(SWAHILI) / 2
    assert "round" in str(report)


def test_the_surest_of_each_label():
    scores = np.array([[0.9, 0.1], [0.95, 0.05], [0.6, 0.4], [0.3, 0.7], [0.51, 0.49]])
    assert confident_rows(scores, threshold=0.6, per_label=1).tolist() == [1, 3]
    assert confident_rows(scores, threshold=0.55).tolist() == [0, 1, 3]
    assert confident_rows(scores, threshold=0.99).tolist() == []


def test_all_methods_in_one_call():
    comparison = conversion.compare_methods(
        classifier("pooling"), "sw", data(SWAHILI, "sw", LABELS), parallel=PAIRS, lexicon=[("sun", "jua")]
    )
    assert set(comparison.scores) == {
        *("random", "mean", "parts", "lexicon", "parallel", "neighbours", "sparsemax", "best")
    }
    assert all(score is not None for score in comparison.scores.values())
    assert comparison.best in comparison.scores
    assert "combined" in str(comparison)


class TestRefusals:
    def test_a_language_already_there(self):
        with pytest.raises(ValueError, match=r"lacks\. Received: 'en'"):
            conversion.convert_language(classifier(), "eng", parallel=PAIRS)

    def test_the_wrong_script(self):
        with pytest.raises(ValueError, match="script"):
            conversion.convert_language(classifier(), "sw", texts=["Доброго ранку, друзі"])

    def test_no_embedding(self):
        tokenizer = vocabulary(ENGLISH)
        network = networks.build(
            "pooling", vocabulary_size=tokenizer.vocabulary_size, num_labels=2, size="tiny", hash_rows=500
        )
        hashed = models.TextClassifier(tokenizer=tokenizer, network=network, labels=["home", "sky"])
        with pytest.raises(ValueError, match="MultilingualEmbedding"):
            conversion.convert_language(hashed, "sw", parallel=PAIRS)

    def test_a_lexicon_without_overlap(self):
        with pytest.raises(ValueError, match="lexicon"):
            conversion.convert_language(classifier(), "sw", parallel=PAIRS, lexicon=[("Sonne", "aurinko")])

    def test_few_pairs_warn(self):
        with pytest.warns(UserWarning, match="24 sentence pairs"):
            conversion.convert_language(classifier(), "sw", parallel=PAIRS[:24])

    def test_pairs_of_other_languages(self):
        with pytest.raises(ValueError, match="'fi' on one side"):
            conversion.convert_language(classifier(), "fi", parallel=PAIRS)

    def test_no_material(self):
        with pytest.raises(ValueError, match="`texts`, `parallel`"):
            conversion.convert_language(classifier(), "sw")

    @pytest.mark.parametrize(
        ("training_method", "missing"), [("target", "`train`"), ("joint", "`train` and `source_train`")]
    )
    def test_data_of_a_way(self, training_method, missing):
        with pytest.raises(ValueError, match=missing):
            conversion.convert_language(classifier(), "sw", parallel=PAIRS, training_method=training_method)

    def test_unknown_names(self):
        for option in ({"training_method": "magic"}, {"method": "magic"}):
            with pytest.raises(ValueError, match="Received: 'magic'"):
                conversion.convert_language(classifier(), "sw", parallel=PAIRS, **option)

    def test_missing_file(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="nowhere"):
            conversion.convert_language(tmp_path / "nowhere.keras", "sw", parallel=PAIRS)

    def test_adjusting_on_nothing(self):
        with pytest.raises(ValueError, match="at least one text"):
            conversion.adjust(classifier(), [])
