"""TSV: one line a row, TAB between fields, no quoting."""

from keras_i18n.datasets.formats.records import Records, check_header, ragged
from keras_i18n.datasets.opening import decode, lines_of, read_bytes
from keras_i18n.datasets.problems import Problems
from keras_i18n.protocols import Path


def read_tsv(path: Path, problems: Problems, *, encoding: str, max_bytes: int) -> Records:
    text = decode(read_bytes(path, max_bytes=max_bytes), encoding=encoding, path=path)
    lines = lines_of(text)
    while lines and not lines[-1].strip(" \t" if "\t" in lines[0] else ""):  # blank lines at the end, also of blanks
        lines.pop()
    if not lines:
        return Records({}, [])
    names = lines[0].split("\t")
    check_header(names, path)
    rows, numbers = [], []
    for number, line in enumerate(lines[1:], 2):
        fields = line.split("\t")
        if len(fields) == len(names):
            rows.append(fields)
            numbers.append(number)
        else:
            way_out = " A TSV has no quoting: a text with a TAB or line end belongs into a .csv or .jsonl."
            problems.add(number, ragged(fields, names) + way_out)
    return Records(dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True)), numbers)
