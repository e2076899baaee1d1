"""JSONL: one object a line."""

import json

from keras_i18n.datasets.formats.records import Records
from keras_i18n.datasets.opening import decode, read_bytes


def read_jsonl(path, problems, *, encoding, max_bytes):
    text = decode(read_bytes(path, max_bytes=max_bytes), encoding=encoding, path=path)
    rows, numbers, names = [], [], {}
    for number, line in enumerate(text.split("\n"), 1):
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
