"""JSONL: one object a line."""

import json

from keras_i18n.datasets.formats.records import Records
from keras_i18n.datasets.opening import decode, lines_of, read_bytes
from keras_i18n.datasets.problems import Problems
from keras_i18n.protocols import Path


def read_jsonl(path: Path, problems: Problems, *, encoding: str, max_bytes: int) -> Records:
    text = decode(read_bytes(path, max_bytes=max_bytes), encoding=encoding, path=path)
    rows, numbers, names = [], [], {}
    for number, line in enumerate(lines_of(text), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            problems.add(
                number, f"Every line must be one JSON object. Received: {line[:40]!r} ({error}). Mend the line."
            )
            continue
        if not isinstance(row, dict):
            problems.add(number, f'Every line must be a JSON object. Received: {line[:40]!r}. Write {{"text": …}}.')
            continue
        rows.append(row)
        numbers.append(number)
        names.update(dict.fromkeys(row))
    return Records({name: [row.get(name) for row in rows] for name in names}, numbers)
