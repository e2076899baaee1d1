"""CSV: quoted where needed, so that a row may run over several lines."""

import csv
import io

from keras_i18n.datasets.formats.records import Records, check_header, ragged
from keras_i18n.datasets.opening import decode, read_bytes
from keras_i18n.datasets.problems import Problems
from keras_i18n.protocols import Path


def read_csv(path: Path, problems: Problems, *, encoding: str, max_bytes: int) -> Records:
    text = decode(read_bytes(path, max_bytes=max_bytes), encoding=encoding, path=path)
    # The reader's limit on a field is global and 128 KiB by default; longer texts are fine here.
    limit = csv.field_size_limit(2**31 - 1)
    try:
        return _parse(csv.reader(io.StringIO(text, newline=""), strict=True), path, problems)
    finally:
        csv.field_size_limit(limit)


def _parse(reader, path, problems):
    names, rows, numbers, line = None, [], [], 1
    try:
        for fields in reader:
            if not fields:
                pass  # a blank line
            elif names is None:
                names = fields
                check_header(names, path)
            elif len(fields) == len(names):
                rows.append(fields)
                numbers.append(line)
            else:
                way_out = ' A text with a comma or line end must stand in quotes, a quote inside of it twice: "".'
                problems.add(line, ragged(fields, names) + way_out)
            line = reader.line_num + 1
    except csv.Error as error:
        problems.add(
            line,
            f"A CSV must close its quotes and write a quote inside of them twice. Received: {error}, in the row that "
            "begins here. Mend it, or name the file .tsv if it has TABs and no quoting.",
        )
    if names is None:
        return Records({}, [])
    return Records(dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True)), numbers)
