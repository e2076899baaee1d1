"""Reports as files."""

import csv
import dataclasses
import json
import math
from typing import Any

import numpy as np

from keras_i18n.evaluation.language_score import LanguageScore
from keras_i18n.files import atomic_path
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown

_KIND = "keras_i18n language report"
_COLUMNS = [field.name for field in dataclasses.fields(LanguageScore)]
_FLOATS = {field.name for field in dataclasses.fields(LanguageScore) if field.type is float}
_NAN = float("nan")


def write_csv(report: Any, path: Path) -> None:
    with atomic_path(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(_COLUMNS)
        for row in sorted(report.rows, key=lambda row: (-row.accuracy, row.language)):
            lines.writerow(["" if value is None else value for value in _plain(row).values()])


def to_dict(report: Any) -> dict[str, Any]:
    """A report as plain data that JSON can hold: None for NaN."""
    return {
        "kind": _KIND,
        "version": 1,
        "source_language": report.source_language,
        "confidence": report.confidence,
        "mean": report.mean,
        "micro_accuracy": report.micro_accuracy,
        "gap": report.gap,
        "warnings": report.warnings(),
        "labels": list(report.labels),
        "rows": [
            {**_plain(row), "confusion": counts.tolist()}
            for row, counts in zip(report.rows, report.confusions, strict=True)
        ],
    }


def write_json(report: Any, path: Path) -> None:
    content = to_dict(report)
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_json(path: Path) -> tuple[Any, ...]:
    """The fields of the report that `write_json` wrote, in their order."""
    wrong = f"'{path}' must be a report that `to_json` wrote."
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        if content["kind"] != _KIND:
            raise ValueError(f"{wrong} Received: a JSON of kind {shown(content['kind'])}.")
        values: Any = (
            {name: _NAN if row[name] is None and name in _FLOATS else row[name] for name in _COLUMNS if name in row}
            for row in content["rows"]
        )
        rows = tuple(LanguageScore(**row) for row in values)
        confusions = np.array([row["confusion"] for row in content["rows"]], np.int64)
        return rows, tuple(content["labels"]), confusions, content["source_language"], content["confidence"]
    except (KeyError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{wrong} Received: {type(error).__name__}: {cut(error)}. Write it again.") from error


def _plain(row):
    """The row with None for NaN, which JSON lacks."""
    values = dataclasses.asdict(row)
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in values.items()}
