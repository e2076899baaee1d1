"""A history is Keras' own and shows itself as a table; so do reports."""

import keras
import numpy as np

from keras_i18n.evaluation import LanguageReport, LanguageScore
from keras_i18n.training.history import TrainingHistory
from keras_i18n.transfer.adding.report import AddedLanguages


def test_a_history_shows_itself():
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    model.compile("sgd", "mse")
    told = model.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=3, verbose=0)
    history = TrainingHistory.of(told)
    assert isinstance(history, keras.callbacks.History)
    assert (history.history, history.epoch) == (told.history, told.epoch)
    assert str(history).splitlines()[0].split() == ["epoch", "loss"]
    assert len(str(history).splitlines()) == 4
    assert history._repr_html_().startswith("<pre")


def test_reports_show_themselves_escaped():
    row = LanguageScore("en", "<English>", "Latn", 90, 0.9, 0.83, 0.96, 0.89, 0.03)
    shown = LanguageReport((row,), ("alarm",), np.zeros((1, 1, 1), int))._repr_html_()
    assert "&lt;English&gt;" in shown
    assert "90.0" in shown
    assert "_repr_html_" in vars(AddedLanguages)
