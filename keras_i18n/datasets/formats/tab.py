"""TSV: one line a row, TAB between fields, no quoting."""

import array
from collections.abc import Iterator

from keras_i18n.datasets.formats.records import Records, Shared, check_header, ragged
from keras_i18n.datasets.opening import text_lines
from keras_i18n.datasets.problems import Problems
from keras_i18n.protocols import Path


def read_tsv(path: Path, problems: Problems, *, encoding: str, max_bytes: int | None) -> Records:
    with text_lines(path, encoding=encoding, max_bytes=max_bytes) as pieces:
        lines = _without_blank_end(_lines(pieces))
        header = next(lines, None)
        if header is None:
            return Records({}, [])
        names = header[1].split("\t")
        check_header(names, path)
        columns, numbers, shared = [[] for _ in names], array.array("q"), Shared()
        for number, line in lines:
            fields = line.split("\t")
            if len(fields) == len(names):
                for column, value in zip(columns, fields, strict=True):
                    column.append(shared(value))
                numbers.append(number)
            else:
                way_out = " A TSV has no quoting: a text with a TAB or line end belongs into a .csv or .jsonl."
                problems.add(number, ragged(fields, names) + way_out)
    return Records(dict(zip(names, columns, strict=True)), numbers)


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    """Lines that end in LF or CR LF, where a CR may stand in the middle; or in CR, in a file whose first line does."""
    rest, by_cr = "", None
    for piece in pieces:
        if by_cr is None:
            by_cr = piece.endswith("\r")
        if by_cr and piece.endswith("\r"):
            yield piece[:-1]
        elif piece.endswith("\n"):
            yield (rest + piece[:-1]).removesuffix("\r")
            rest = ""
        else:
            rest += piece
    if rest:
        yield rest.removesuffix("\r")


def _without_blank_end(lines: Iterator[str]) -> Iterator[tuple[int, str]]:
    """Numbered lines; blank ones at the end, also of blanks and TABs, are left out."""
    blank, held = None, []
    for number, line in enumerate(lines, 1):
        if blank is None:  # a text of blanks is a row where there is one column
            blank = " \t" if "\t" in line else ""
        if line.strip(blank) or (not blank and line):
            yield from held
            held.clear()
            yield number, line
        else:
            held.append((number, line))
