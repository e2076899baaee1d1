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
