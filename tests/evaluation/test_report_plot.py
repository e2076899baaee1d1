"""The picture shows every language once, in order, inside the paper, with letters that its font has."""

import itertools
import pathlib
import warnings

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from keras_i18n import languages
from keras_i18n.evaluation import LanguageReport, LanguageScore
from keras_i18n.evaluation.report_plot import report_figure

SIXTEEN = "ar de en es fr it ja ko nl pl pt ru th tr zh-Hans zh-Hant".split()
TWENTY_EIGHT = SIXTEEN + "hi bn ta te sw vi fi el uk he am ka".split()


def report_of(tags, source="en", low=0.1, labels=("a", "b", "c"), baseline=None):
    rng = np.random.default_rng(0)
    rows = []
    for tag in tags:
        accuracy = rng.uniform(low, 1)
        margin = 0.08 * (1 - accuracy)
        rows.append(
            LanguageScore(
                tag,
                languages.name(tag),
                languages.script(tag),
                99,
                accuracy,
                accuracy - margin,
                accuracy + margin,
                accuracy,
                0.1,
                majority=0.4,
                baseline=baseline,
                made_for=tag in SIXTEEN,
            )
        )
    return LanguageReport(tuple(rows), labels, np.ones((len(rows), 1, 1), int), source_language=source)


@pytest.fixture(scope="module")
def all_tags(shared_data):
    import lzma

    with lzma.open(shared_data / "sib200" / "languages.tsv.xz", "rt", encoding="utf-8") as lines:
        return [line.split("\t")[0] for line in lines][1:]


def boxes_of(figure):
    """Every text of the picture with its box in pixels."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    texts = {id(text): text for text in figure.findobj(Text) if text.get_text() and text.get_visible()}.values()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts]


def check(figure, report):
    boxes = boxes_of(figure)
    width, height = figure.get_size_inches() * figure.dpi
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        overlap = (
            min(first.x1, second.x1) - max(first.x0, second.x0),
            min(first.y1, second.y1) - max(first.y0, second.y0),
        )
        assert min(overlap) <= 1.5, f"{one!r} lies over {other!r}"
    shown = [text for text, _ in boxes]
    for row in report.rows:
        assert sum(text.endswith(f"  {row.language}") for text in shown) == 1, row.language
    return boxes


@pytest.mark.parametrize("tags", [["sw"], ["en", "sw"], SIXTEEN, TWENTY_EIGHT], ids=len)
@pytest.mark.parametrize("low", [0.1, 0.9])
def test_no_text_lies_over_another_or_beyond_the_paper(tags, low):
    source = "en" if "en" in tags else None
    report = report_of(tags, source, low)
    check(report_figure(report), report)


def test_all_languages_of_sib200(all_tags):
    report = report_of(all_tags)
    figure = report_figure(report, title="SIB-200")
    check(figure, report)
    assert len(figure.axes) == 4
    width, height = figure.get_size_inches()
    assert width < 26
    assert height < 20


def test_the_axis_begins_at_zero_and_chance_is_marked():
    figure = report_figure(report_of(TWENTY_EIGHT, low=0.9, baseline=0.95))
    (panel,) = figure.axes
    assert panel.get_xlim() == (0, 100)
    assert pytest.approx(100 / 3) in [line.get_xdata()[0] for line in panel.lines]
    hollow = [line for line in panel.lines if line.get_markerfacecolor() == "white"]
    assert len(hollow) == len(set(TWENTY_EIGHT) - set(SIXTEEN))
    shown = [text.get_text() for text in figure.legends[0].get_texts()]
    assert shown[-4:] == ["chance (3 labels)", "most frequent label", "baseline", "the model was not made for it"]
    known = report_figure(report_of(SIXTEEN)).legends[0].get_texts()
    assert [text.get_text() for text in known][-2:] == ["chance (3 labels)", "most frequent label"]


def test_a_notebook_shows_the_figure_without_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    figure = report_of(SIXTEEN).plot()
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert list(tmp_path.iterdir()) == []


def test_languages_are_sorted_by_accuracy():
    report = report_of(TWENTY_EIGHT)
    boxes = boxes_of(report_figure(report))
    tops = {text.split("  ")[1]: box.y1 for text, box in boxes if "  " in text}
    shown = sorted(report.rows, key=lambda row: -tops[row.language])
    assert [row.accuracy for row in shown] == sorted((row.accuracy for row in report.rows), reverse=True)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_files(tmp_path, suffix):
    beginnings = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    path = tmp_path / f"report.{suffix}"
    report_of(SIXTEEN).plot(path)
    assert path.read_bytes().startswith(beginnings[suffix])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_no_glyph_is_missing(tmp_path, all_tags):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of each glyph that its font lacks
        report_of(all_tags).plot(tmp_path / "x.png", title="Māori, Kabiyè, N’Ko")


def test_an_unknown_ending_leaves_no_file(tmp_path):
    with pytest.raises(ValueError, match="docx"):
        report_of(["en"]).plot(tmp_path / "report.docx")
    assert list(pathlib.Path(tmp_path).iterdir()) == []
