"""Decomposed text (NFD) gets the answers of composed text: from the model and from every exported file."""

import unicodedata

import numpy as np

import keras_i18n as ki

TEXTS = ["오늘 날씨가 어때요", "ngày mai trời có mưa không", "ज़रूरी ऩ है", "à l'école"]
DECOMPOSED = [unicodedata.normalize("NFD", text) for text in TEXTS]
FILES = ["saved_model", "model.h5", "model.keras", "model.tflite", "model.onnx"]


def test_a_language_identifier_in_every_format(tmp_path):
    identifier = ki.LanguageIdentifier.create(["fr", "hi", "ko", "vi"], num_buckets=300, dim=4)
    table = next(variable for variable in identifier.network.weights if variable.shape[0] == 300)
    table.assign(np.random.default_rng(1).normal(size=table.shape))
    expected = identifier.predict(TEXTS)
    np.testing.assert_array_equal(identifier.predict(DECOMPOSED), expected)
    assert np.ptp(expected[0]) > 0.01
    best = np.sort(expected.max(axis=1))
    identifier.threshold = float(best[:2].mean())  # one text is below it
    texts = [*TEXTS, "12:30"]
    answers = [(found[0].label, found[1].label) for found in identifier.classify(texts, top=2)]
    assert [first for first, _ in answers].count("und") == 2
    formats = [name.rpartition(".")[2] for name in FILES]
    folder = ki.export(identifier, tmp_path / "exported", formats=formats)
    for name in FILES:
        runner = ki.load_exported(folder / name)
        np.testing.assert_array_equal(runner.predict(DECOMPOSED), runner.predict(TEXTS), err_msg=name)
        np.testing.assert_allclose(runner.predict(DECOMPOSED), expected, atol=1e-5, err_msg=name)
        assert [(found[0].label, found[1].label) for found in runner.classify(texts, top=2)] == answers, name
        assert [found.label for found in runner.classify(texts)] == [first for first, _ in answers], name


def test_a_language_model_over_ngrams_of_characters():
    tokenizer = ki.tokenizers.CharacterTokenizer.train(TEXTS)
    model = ki.LanguageModel.create(tokenizer, kind="gru", size="tiny", ngrams=(2, 3))
    np.testing.assert_array_equal(model.log_probability(DECOMPOSED), model.log_probability(TEXTS))
