import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.evaluation import TfidfBaseline

pytest.importorskip("sklearn")
TRAIN = ki.datasets.from_lists(
    ["wake me at six", "set an alarm", "play a song", "some music"] * 3,
    ["alarm", "alarm", "music", "music"] * 3,
    language="en",
)


class Wrong:
    """Gives every text the other label."""

    labels = ("music", "alarm")

    def predict(self, texts):
        return TfidfBaseline(TRAIN).predict(texts)


def test_it_learns_from_the_labels_and_gives_probabilities():
    baseline = TfidfBaseline(TRAIN)
    scores = baseline.predict(["an alarm please", ""])
    np.testing.assert_allclose(scores.sum(axis=1), 1)
    assert baseline.labels[scores[0].argmax()] == "alarm"


def test_a_report_trains_it_on_the_training_data_and_says_that_it_wins():
    report = ki.evaluate_by_language(Wrong(), TRAIN, baseline=TRAIN)
    assert report.rows[0].baseline == 1.0
    assert report.rows[0].accuracy == 0.0
    assert "The baseline wins" in str(report)


def test_what_it_cannot_learn_from_is_refused():
    with pytest.raises(ValueError, match="at least two labels"):
        TfidfBaseline(TRAIN.select(labels=["music"]))
    several = ki.datasets.from_lists(["a"], [["music", "alarm"]], language="en")
    with pytest.raises(ValueError, match="one label a text"):
        TfidfBaseline(several)
