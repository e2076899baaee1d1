"""CSV: quoted where needed, so that a row may run over several lines; a comma, a semicolon or a TAB parts the fields."""

import array
import csv
import itertools

from keras_i18n.datasets.formats.records import Records, Shared, check_header, ragged
from keras_i18n.datasets.opening import text_lines
from keras_i18n.datasets.problems import Problems
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

# spreadsheets of countries that write 3,5 put a semicolon there
_OTHER_SEPARATORS = ";\t"


def separator_of(header: str) -> str:
    """What parts the fields of a CSV: a comma, or where its header has none, a semicolon or a TAB.

    >>> separator_of("text,label"), separator_of("text;label;language"), separator_of('"text;label"')
    (',', ';', ',')
    """
    if _num_fields(header, ",") > 1:
        return ","
    most = max(_OTHER_SEPARATORS, key=lambda sign: _num_fields(header, sign))
    return most if _num_fields(header, most) > 1 else ","


def _num_fields(header, separator):
    try:
        return len(next(csv.reader(header.splitlines(keepends=True), delimiter=separator), []))
    except csv.Error:  # told where the rows are read
        return 1


def _with_separator(lines):
    """What parts the fields, by the first line that is not blank, and all lines again."""
    begin = []
    for line in lines:
        begin.append(line)
        if line.strip("\r\n"):
            break
    return separator_of(begin[-1]) if begin else ",", itertools.chain(begin, lines)


def read_csv(path: Path, problems: Problems, *, encoding: str, max_bytes: int | None) -> Records:
    # The reader's limit on a field is global and 128 KiB by default; longer texts are fine here.
    limit = csv.field_size_limit(2**31 - 1)
    try:
        with text_lines(path, encoding=encoding, max_bytes=max_bytes) as lines:
            separator, lines = _with_separator(lines)
            return _parse(csv.reader(lines, delimiter=separator, strict=True), path, problems)
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
