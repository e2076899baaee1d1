"""Texts of every script are drawn by fonts that have them, or something else stands for them."""

import warnings

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from keras_i18n import languages, plot_fonts
from keras_i18n.evaluation import LanguageReport, LanguageScore
from keras_i18n.evaluation.report_plot import TITLE

TAGS = ("hi", "zh", "ja", "ko", "ar", "he", "th", "am", "ta", "te", "bn", "ka", "el", "ru", "vi", "my", "km", "si")


@pytest.fixture
def no_fonts(monkeypatch):
    """A machine that has the fonts of matplotlib alone."""
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    plot_fonts._families.cache_clear()
    yield
    plot_fonts._families.cache_clear()


def drawn(*texts):
    """The picture of texts; a letter that no font has is an error."""
    figure = Figure(figsize=(6, 4))
    with plot_fonts.drawn_by(texts):
        for place, text in enumerate(texts):
            figure.text(0.05, place / len(texts), text)
    canvas = FigureCanvasAgg(figure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def test_names_of_languages_in_their_own_scripts_are_drawn():
    own = [languages.autonym(tag) for tag in TAGS]
    shown = [plot_fonts.shown_or(name, tag) for name, tag in zip(own, TAGS, strict=True)]
    assert drawn(*shown).min() == 0
    assert all(name in (own[place], TAGS[place]) for place, name in enumerate(shown))
    # what matplotlib brings is no reason to look for others
    assert plot_fonts.font_families(["Ελληνικά", "русский", "Tiếng Việt"]) == ["DejaVu Sans"]


def test_without_fonts_the_tag_stands_for_the_name(no_fonts):
    assert [plot_fonts.shown_or(languages.autonym(tag), tag) for tag in ("hi", "ja", "ru")] == ["hi", "ja", "русский"]
    assert plot_fonts.font_families(["हिन्दी"]) == ["DejaVu Sans"]
    with pytest.raises(UserWarning, match="missing from font"):  # such a box is found here
        drawn("हिन्दी")


@pytest.mark.parametrize("title", ["सटीकता", "Genauigkeit"])
def test_a_report_has_no_empty_box(title, no_fonts, tmp_path):
    row = LanguageScore("hi", "हिन्दी", "Deva", 99, 0.7, 0.6, 0.8, 0.7, 0.1, majority=0.4)
    report = LanguageReport(rows=(row,), labels=("a", "b"), confusions=np.zeros((1, 2, 2), "int64"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = report.plot(tmp_path / "a.png", title=title)
    told = [text.get_text() for text in figure.texts] + [text.get_text() for text in figure.axes[0].texts]
    assert ("Genauigkeit" if title == "Genauigkeit" else TITLE) in told
    assert "hi" in told
