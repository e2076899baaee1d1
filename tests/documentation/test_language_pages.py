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
        rows = re.findall(r"^\| (?!what).*\| <code>[\w<>]+</code> \|$", text, re.M)
        assert rows or name.endswith("index.md") or "Nothing yet." in text
        for row in rows:
            cells = row.split(" | ")
            if "%" in cells[1]:
                assert cells[1] in shown, (name, row)


def _figures(measure):
    return measure.by_language(language_pages._result(measure.command)).values()


def test_size_time_and_confusions_are_those_of_the_results(pages):
    files = language_pages._result("one_language_files")
    page, own, other = pages["look-up/languages/am.md"], files["own"]["am"], files["universal"]
    assert f"| {own['bytes'] / 1e6:.1f} MB | {own['milliseconds']:.2g} ms | {own['accuracy']:.1%} |" in page
    assert f"| {other['bytes'] / 1e6:.1f} MB | {other['by_language']['am']['milliseconds']:.2g} ms |" in page
    label, given, count = own["confusions"][0]
    assert f"{label} as {given} ({count})" in page
    assert f"alone gave {own['accuracy']:.1%}" in page
    pair = language_pages._result("language_identification")["taken_for_each_other"][0]
    assert pair["languages"] == ["yue-Hant", "zh-Hant"]
    for tag, name in (("yue-Hant", "Chinese"), ("zh-Hant", "Cantonese")):
        told = re.search(rf"- The language: of {pair['texts']} .*{name}.*{pair['wrong']} are taken", pages[_page(tag)])
        assert told, tag
    assert '<bdi lang="ar" dir="rtl">العربية</bdi>' in pages["look-up/languages/ar.md"]


def _page(tag):
    return f"look-up/languages/{language_pages._short(tag)}.md"


def test_a_page_of_each_language_of_the_sample_and_of_sib200(pages):
    assert len(pages) > 200
    assert "Nothing yet." not in pages["look-up/languages/sw.md"]
