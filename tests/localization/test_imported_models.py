"""Models of KerasHub, cut to a language: WordPiece and byte pairs answer as the full model does, bit for bit."""

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.localization import localize
from tests.models.test_from_keras_hub import LABELS, MODELS

pytest.importorskip("keras_hub")
ENGLISH = ["It's so long again", "weather", "the way", "To be, or not to be"]


@pytest.mark.parametrize("name", ["BERT", "DistilBERT", "RoBERTa"])
def test_it_answers_as_before(name, tmp_path):
    full = ki.TextClassifier.from_keras(MODELS[name](), labels=LABELS, languages=["en", "ru", "ja"])
    english, report = localize(full, ["en"], texts=ENGLISH, keep="texts")
    assert english.languages == ("en",)
    assert english.tokenizer.vocabulary_size < full.tokenizer.vocabulary_size
    assert report.parts.rows < report.parts_before.rows
    unknown = getattr(full.tokenizer, "unknown_id", -1)
    known = [text for text, ids in zip(ENGLISH, full.tokenize(ENGLISH), strict=True) if unknown not in ids.tolist()]
    assert known
    assert report.proven >= len(known)
    np.testing.assert_array_equal(english.predict(known), full.predict(known))
    english.save(tmp_path / "english.keras")
    np.testing.assert_array_equal(ki.load(tmp_path / "english.keras").predict(known), full.predict(known))
    ki.export(english, tmp_path, formats=["tflite"])
    np.testing.assert_allclose(
        ki.load_exported(tmp_path / "model.tflite").predict(known), full.predict(known), atol=1e-5
    )
