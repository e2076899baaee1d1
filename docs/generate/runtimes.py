"""Formats, runtimes, precisions and targets: the tables of the code, and what was measured of them."""

import json
import pathlib
import subprocess

from keras_i18n.certification.runtimes import RUNTIMES
from keras_i18n.export.precisions import PRECISIONS
from keras_i18n.export.targets import TARGETS

PAGE = "look-up/formats.md"
_ROOT = pathlib.Path(__file__).parents[2]
_RESULTS = _ROOT / "benchmarks" / "results"


def pages() -> dict[str, str]:
    """One page."""
    parts = [
        "# Formats, runtimes, precisions",
        "Every exported file takes raw code points and holds its tokenizer. The tables follow the code; the figures are "
        "those of the last runs of the commands named above them.",
        "## Runtimes",
        "`keras-i18n certify` proves a file in each of these that is installed, and lists the others as not checked, "
        "with the line that installs them.",
        _table(["runtime", "opens", "how it is got"], [_runtime(name, row) for name, row in RUNTIMES.items()]),
        "## Precisions",
        "All computing stays in float32; a precision says how weights are kept. int8, int4, int4_blocks, mixed3, pq2 and pq1 keep "
        "tables of token vectors in 8 to 1 bits a number, in every format (`layers.FewBitRows`, `ProductQuantizedRows`); "
        "TFLite and ONNX then hold large matrices in bytes and what is small in half precision. Where the tables of token vectors take "
        "few bits, the file is compared with the model's twin, in Keras, whose tables take as few.",
        _table(
            ["precision", "largest difference allowed", "compared with"],
            [_precision(*row) for row in PRECISIONS.items()],
        ),
        "## Targets",
        "`export(target=...)` and `keras-i18n export --target` choose by this table.",
        _table(["target", "formats", "precision", "threads", "runtimes"], [_target(*row) for row in TARGETS.items()]),
        "## What was measured",
        *_measured(),
    ]
    return {PAGE: "\n\n".join(parts) + "\n"}


def _runtime(name, row):
    return name, ", ".join(row.formats), f"`{row.install}`"


def _precision(name, row):
    return f"`{name}`", f"{row.tolerance:g}", "the model's twin" if row.of_twin else "the model"


def _target(name, row):
    return f"`{name}`", ", ".join(row.formats), f"`{row.precision}`", row.threads or "the runtime's choice", row.told


def _every_runtime():
    """A row a kind of file, a column a runtime: the largest difference, or equal ids."""
    kinds = json.loads((_RESULTS / "every_runtime.json").read_text(encoding="utf-8"))
    runs = [(name, run) for name, kind in kinds.items() for run in kind["runs"]]
    yield (
        f"### Every runtime\n\n`make certify`, {_day('every_runtime')}: {next(iter(kinds.values()))['texts']:,} texts, 28 languages (of the "
        "small classifier 205) and the edges. A row is a kind of file in a runtime that reads it, beside the model in Keras; of int4 beside its twin in as few bits. "
        "Models are small and hardly trained: scores lie close together, so that rounding turns more labels than in use."
    )
    rows = [
        (
            name,
            run["precision"],
            f"`{run['file']}`",
            run["runtime"],
            f"{run['texts']:,}",
            _same(run),
            f"{run['label_agreement']:.2%}",
            f"{run['p50_ms']:.2f}",
        )
        for name, run in runs
        if run["status"] == "checked"
    ]
    yield _table(
        ["kind", "precision", "file", "runtime", "texts", "largest difference", "same answer", "p50, ms"], rows
    )
    failed = [f"{name} in {run['runtime']}: {run['told']}" for name, run in runs if run["status"] == "failed"]
    yield "Failed: " + ("; ".join(failed) or "none") + "."


def _same(run):
    if run["largest_difference"] is not None:
        return f"{run['largest_difference']:.1e}"
    if run["ids_equal"] is None:
        return "texts"  # of a translator: they are the same or not
    return "ids of {:,} of {:,} texts equal".format(*run["ids_equal"])


def _measured():
    yield from _every_runtime()
    exported = json.loads((_RESULTS / "export_verification.json").read_text(encoding="utf-8"))
    rows = [
        (
            *key.split(" ", 1),
            row["languages"],
            row["texts"],
            f"{row['largest_difference']:.1e}",
            f"{row['label_agreement']:.1%}",
            row["megabytes"],
        )
        for key, row in exported.items()
        if isinstance(row, dict) and "largest_difference" in row
    ]
    yield f"A classifier on the encoder of 16 languages: `python benchmarks/export_verification.py`, {_day('export_verification')}."
    yield _table(["format", "precision", "languages", "texts", "largest difference", "same label", "megabytes"], rows)
    recurrent = json.loads((_RESULTS / "recurrent_export.json").read_text(encoding="utf-8"))
    rows = [
        (
            row["kind"],
            row["runtime"],
            row["precision"],
            f"{row['largest_difference']:.1e}",
            f"{row['label_agreement']:.1%}",
            f"{row['bytes'] / 1e6:.2f}" if row["bytes"] else "-",
        )
        for row in recurrent["rows"]
    ]
    yield (
        f"Recurrent language identifiers, {len(recurrent['languages'])} languages, {recurrent['dev_texts']} texts: "
        f"`python benchmarks/recurrent_export.py`, {_day('recurrent_export')}."
    )
    yield _table(["layer", "runtime", "precision", "largest difference", "same label", "megabytes"], rows)


def _day(name):
    """The day on which a result was last written, as git tells it."""
    command = ["git", "log", "-1", "--format=%cs", "--", f"benchmarks/results/{name}.json"]
    ran = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    return f"written {ran.stdout.strip()}" if ran.stdout.strip() else "of this checkout"


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
