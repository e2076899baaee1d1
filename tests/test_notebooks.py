"""Every notebook runs from top to bottom, in a folder of its own."""

import json
import pathlib

import pytest

from tests import fresh_process

NOTEBOOKS = sorted((pathlib.Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_runs_and_is_saved_without_outputs(path, tmp_path):
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] for cell in cells)
    script = "\n\n".join("".join(cell["source"]) for cell in cells)
    result = fresh_process.run(script, folder=tmp_path)
    assert result.returncode == 0, result.stderr[-3000:]
    pictures = list(tmp_path.glob("*.png"))
    assert pictures
    assert all(picture.stat().st_size > 8_000 for picture in pictures)


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 6
