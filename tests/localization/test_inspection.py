"""What a model consists of, told before anything is cut."""

import numpy as np

from keras_i18n.localization import inspect
from tests.localization.conftest import ENGLISH, RUSSIAN


def test_parts_scripts_and_coverage(classifier, tmp_path):
    found = inspect(classifier, {"en": ENGLISH, "ru": RUSSIAN, "de": ["Straße"]})
    pieces = classifier.tokenizer.vocabulary_size
    assert found.parts.rows == pieces * 16 * 4
    assert found.parts.body + found.parts.head + found.parts.rows == 4 * classifier.network.count_params()
    assert pieces * 8 < found.parts.pieces < pieces * 24  # of each a fingerprint, a number of its bucket and an id
    assert sum(found.scripts.values()) == pieces
    assert found.scripts["CYRILLIC"] > 20
    english, russian, german = found.rows
    used = {int(i) for ids in classifier.tokenizer.tokenize(ENGLISH) for i in ids}
    assert english.pieces_for(1.0) == len(used)
    assert 1 < english.pieces_for(0.5) < len(used)
    np.testing.assert_allclose(russian.uses.sum(), 1.0)
    assert english.unknown == 0.0 < german.unknown
    assert "Cyrillic" in str(found)
    assert "Russian" in str(found)
    found.plot(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_the_sample_is_looked_at_unless_texts_are_given(classifier):
    assert [row.language for row in inspect(classifier).rows] == ["en", "ru"]
