"""Pages of languages tell what was measured, and nothing else."""

import json
import re

import pytest

from docs.generate import language_pages


@pytest.fixture(scope="module")
def pages():
    return language_pages.pages()


def test_figures_are_those_of_the_results(pages):
    result = json.loads((language_pages._RESULTS / "zero_shot.json").read_text(encoding="utf-8"))
    for tag in ("de", "am", "ace-Arab"):
        page = pages[f"look-up/languages/{tag}.md"]
        assert f"| {result['by_language'][tag]:.1%} |" in page
    assert "right to left" in pages["look-up/languages/ace-Arab.md"]


def test_every_figure_of_every_page_is_in_a_result_or_an_interval(pages):
    shown = {f"{one:.1%}" for measure in language_pages.MEASURES for one in _figures(measure)}
    for name, text in pages.items():
        for row in re.findall(r"^\| (?!what).*json` \|$", text, re.M):
            cells = row.split(" | ")
            if "%" in cells[1]:
                assert cells[1] in shown, (name, row)


def _figures(measure):
    return measure.by_language(language_pages._result(measure.command)).values()


def test_a_page_of_each_language_of_the_sample_and_of_sib200(pages):
    assert len(pages) > 200
    assert "Nothing yet." not in pages["look-up/languages/sw.md"]
