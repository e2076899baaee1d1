"""Figures that are told are those of the results, and only what was just measured is shown."""

import pathlib
import shutil

import pytest

from benchmarks import figures
from benchmarks.figure_table import FIGURES

ROOT = pathlib.Path(__file__).parents[2]


def test_the_page_tells_what_the_results_say():
    lines = figures.PAGE.read_text(encoding="utf-8").split("\n")
    for figure in FIGURES:
        line = "| " + " | ".join([figure.what, *figures.told(figure), f"`{figure.command}`"]) + " |"
        assert any(one.startswith(line) for one in lines), f"python benchmarks/figures.py --write\n{line}"
    assert sum(line.startswith("| ") for line in lines) == len(FIGURES) + 2


def test_each_figure_has_its_command_and_what_it_measures():
    for figure in FIGURES:
        assert (ROOT / "benchmarks" / f"{figure.benchmark}.py").exists()
        assert all((ROOT / path).exists() for path in figure.measures)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    (tmp_path / "benchmarks" / "results").mkdir(parents=True)
    path = tmp_path / "benchmarks" / "results" / "optimizers.json"
    shutil.copy(ROOT / "benchmarks" / "results" / "optimizers.json", path)
    monkeypatch.setattr(figures, "ROOT", tmp_path)
    return path


def test_one_that_fails_keeps_no_other_from_being_run(copy):
    shown, measured = [], []

    def run(words):
        if "optimizers" not in words[1]:
            return 3
        copy.write_text(copy.read_text(encoding="utf-8"))
        return 0

    lines = figures.measure(["zero_shot", "optimizers"], run, show=shown.append, measured=measured)
    assert [line.startswith("not measured") for line in lines] == [True] * (len(lines) - 1) + [False]
    assert [figure.benchmark for figure in measured] == ["optimizers"]
    assert shown[0] == "[1 of 2] python benchmarks/zero_shot.py"
    # each line as soon as it is known
    assert shown.index(lines[0]) < shown.index("[2 of 2] python benchmarks/optimizers.py") < shown.index(lines[-1])


def test_a_result_of_another_form_is_told_and_stops_nothing(copy):
    def run(words):
        copy.write_text("{}")
        return 0

    assert figures.measure(["optimizers"], run)[0].startswith("not measured: row-wise Adam")
    # as it was before the run: nothing to compare with
    assert figures.measure(["optimizers"], lambda words: 3)[0].endswith("ended with status 3")


def test_a_benchmark_without_a_row_is_run_too(copy):
    (copy.parent / "load.json").write_text("{}")
    (copy.parents[1] / "load.py").write_text("")
    assert figures.without_row() == ["load"]
    assert figures.measure(["load"], lambda words: 0) == ["ran: `python benchmarks/load.py`"]
    assert figures.measure(["load"], lambda words: 1) == [
        "not measured: `python benchmarks/load.py` ended with status 1"
    ]


def test_figures_that_are_older_than_their_code_are_told(monkeypatch):
    figure = FIGURES[0]
    for age, told in (
        (("2026-11-01", "3"), "older than the code"),
        (("2026-11-01", "0"), None),
        (("not", "-"), "not yet"),
    ):
        monkeypatch.setattr(figures, "age", lambda figure, age=age: age)
        found = figures.older([figure])
        assert found == [] if told is None else (found[0].startswith(told) and figure.command in found[0])


def test_only_what_was_just_measured_is_shown(copy):
    failed = figures.measure(["optimizers"], lambda words: 3)
    assert len(failed) == 1
    assert failed[0].startswith("not measured")
    assert "status 3" in failed[0]
    silent = figures.measure(["optimizers"], lambda words: 0)
    assert "wrote no benchmarks/results/optimizers.json" in silent[0]

    def run(words):
        assert words[1:] == ["benchmarks/optimizers.py"]
        copy.write_text(copy.read_text(encoding="utf-8").replace('"times_keras": 67.52', '"times_keras": 50.4'))
        return 0

    assert figures.measure(["optimizers"], run)[0].endswith(": 50 x beside Keras' Adam (was 68 x beside Keras' Adam)")
