"""Where a benchmark leaves its figures."""

import json
import pathlib

FOLDER = pathlib.Path(__file__).parent / "results"


def read(name):
    """What is in `results/NAME.json`, or None."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def write(name, figures):
    """Writes `results/NAME.json` and tells so."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {path.relative_to(FOLDER.parents[1])}")
