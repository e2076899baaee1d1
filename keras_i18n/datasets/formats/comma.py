"""CSV: quoted where needed, so that a row may run over several lines."""

import array
import csv

from keras_i18n.datasets.formats.records import Records, Shared, check_header, ragged
from keras_i18n.datasets.opening import text_lines
from keras_i18n.datasets.problems import Problems
from keras_i18n.protocols import Path
from keras_i18n.shown import cut


def read_csv(path: Path, problems: Problems, *, encoding: str, max_bytes: int | None) -> Records:
    # The reader's limit on a field is global and 128 KiB by default; longer texts are fine here.
    limit = csv.field_size_limit(2**31 - 1)
    try:
        with text_lines(path, encoding=encoding, max_bytes=max_bytes) as lines:
            return _parse(csv.reader(lines, strict=True), path, problems)
    finally:
        csv.field_size_limit(limit)


def _parse(reader, path, problems):
    names, columns, numbers, line, shared = None, [], array.array("q"), 1, Shared()
    try:
        for fields in reader:
            if not fields:
                pass  # a blank line
            elif names is None:
                names = fields
                check_header(names, path)
                columns = [[] for _ in names]
            elif len(fields) == len(names):
                for column, value in zip(columns, fields, strict=True):
                    column.append(shared(value))
                numbers.append(line)
            else:
                way_out = ' A text with a comma or line end must stand in quotes, a quote inside of it twice: "".'
                problems.add(line, ragged(fields, names) + way_out)
            line = reader.line_num + 1
    except csv.Error as error:
        problems.add(
            line,
            f"A CSV must close its quotes and write a quote inside of them twice. Received: {cut(error)}, in the row that "
            "begins here. Mend it, or name the file .tsv if it has TABs and no quoting.",
        )
    if names is None:
        return Records({}, [])
    return Records(dict(zip(names, columns, strict=True)), numbers)
