"""Where the benchmarks find their real data: `KERAS_I18N_DATA`, or `shared/data` beside the checkout."""

import lzma
import os
import pathlib
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
FOLDER = pathlib.Path(os.environ.get("KERAS_I18N_DATA", REPOSITORY.parent / "shared" / "data"))


def rows(path):
    """Yields a dict a row of `FOLDER/path` (.tsv.xz, one header line, no quoting)."""
    file = FOLDER / path
    if not file.is_file():
        sys.exit(f"This benchmark needs {file}. Set KERAS_I18N_DATA to the folder that holds {path}.")
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        names = next(lines).rstrip("\n").split("\t")
        for line in lines:
            yield dict(zip(names, line.rstrip("\n").split("\t"), strict=True))


def by_language(path):
    """dict, tag -> its rows."""
    found = {}
    for row in rows(path):
        found.setdefault(row["lang"], []).append(row)
    return found
