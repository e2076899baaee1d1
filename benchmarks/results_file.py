"""Where a benchmark leaves its figures."""

import json
import pathlib

FOLDER = pathlib.Path(__file__).parent / "results"


def write(name, figures):
    """Writes `results/NAME.json` and tells so."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {path.relative_to(FOLDER.parents[1])}")
