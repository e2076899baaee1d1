"""Text files, cut between rows: the bytes from one line to another, read as a small file of their own."""

import csv
import dataclasses
import io
import json
import pathlib
import tempfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from keras_i18n.datasets.formats.comma import separator_of
from keras_i18n.datasets.formats.records import check_header
from keras_i18n.datasets.opening import decode
from keras_i18n.datasets.problems import DataError, Problems
from keras_i18n.datasets.reading import column_of_texts, read_records
from keras_i18n.datasets.size_limits import MAX_COLUMNS
from keras_i18n.shown import cut, shown

_MARK = b"\xef\xbb\xbf"
_LONGEST = 2**26  # bytes of one row
_FIRST_ROWS = 1000  # of a JSONL, whose keys are its columns


@dataclasses.dataclass(frozen=True)
class LineRange:
    """Lines of a text file.

    Attributes:
        start, stop: the bytes, the last not included.
        line: number of the first line, from 1.
        rows: how many there must be.
        checksum: CRC-32 of the bytes.
    """

    start: int
    stop: int
    line: int
    rows: int
    checksum: int

    def __str__(self) -> str:
        return f"{self.rows:,} rows from line {self.line:,} on"


def header_of(path: pathlib.Path) -> list[str]:
    """The names of the columns; of a JSONL the keys of its first thousand rows.

    Raises:
        DataError: no header, a name twice, or lines that end in CR alone.
    """
    with path.open("rb") as file:
        if path.suffix.lower() == ".jsonl":
            return _keys(path, file)
        text = _header_text(path, file)
    names = next(csv.reader(io.StringIO(text), delimiter=separator_of(text)), []) if _quoted(path) else text.split("\t")
    check_header(names, path)
    return names


def _header_text(path, file):
    line = _header(path, file)
    text = decode(line.removeprefix(_MARK), encoding="utf-8", path=path).removesuffix("\n").removesuffix("\r")
    if "\r" in text:
        raise DataError(
            "Lines must end in LF or CR LF for a file to be cut. Received: lines that end in CR alone. Convert the file.",
            path=path,
            line=1,
        )
    return text


def _header(path, file):
    """The bytes of the header, which may run over several lines in a CSV."""
    line = file.readline(_LONGEST)
    while _quoted(path) and line.count(b'"') % 2 and len(line) < _LONGEST:
        more = file.readline(_LONGEST)
        if not more:
            break
        line += more
    return line


def _keys(path, file):
    names: dict[str, None] = {}
    for number, line in enumerate(file, 1):
        if number > _FIRST_ROWS or len(names) > MAX_COLUMNS:
            break
        if not line.strip():
            continue
        try:
            row = json.loads(line.removeprefix(_MARK))
        except (ValueError, RecursionError):
            continue  # told, with its line, by the shard that it lies in
        names.update(dict.fromkeys(row if isinstance(row, dict) else ()))
    check_header(list(names), path, line=None)
    return list(names)


def _quoted(path):
    return path.suffix.lower() == ".csv"


def line_ranges(path: pathlib.Path, rows: int) -> Iterator[LineRange]:
    """Pieces of `rows` rows, and of the blank lines before them; a row of a CSV may run over several lines.

    Raises:
        DataError: a row of more than 64 MiB.
    """
    tsv, blank = path.suffix.lower() == ".tsv", b"\r\n" if _quoted(path) else b" \t\r\n"
    with path.open("rb") as file:
        line = 1
        if path.suffix.lower() != ".jsonl":
            header = _header(path, file)
            line += header.count(b"\n")
            if tsv and b"\t" not in header:
                blank = b"\r\n"  # in the only column blanks are a text
        piece = _Piece(file.tell(), line)
        held: list[bytes] = []
        for text in _rows(path, file):
            # blank lines are rows in the middle of a TSV, and nothing at its end: they go with the row that follows
            held.append(text)
            if not text.strip(blank):
                continue
            if piece.rows >= rows:
                yield piece.range()
                piece = _Piece(piece.stop, piece.line + piece.lines)
            piece.add(held, rows=len(held) if tsv else 1)
            held = []
        if piece.rows:
            yield piece.range()


class _Piece:
    """The lines of a shard, counted and summed as they come."""

    def __init__(self, start, line):
        self.start = self.stop = start
        self.line, self.lines, self.rows, self.checksum = line, 0, 0, 0

    def add(self, texts, *, rows):
        for text in texts:
            self.stop += len(text)
            self.lines += text.count(b"\n")
            self.checksum = zlib.crc32(text, self.checksum)
        self.rows += rows

    def range(self):
        return LineRange(self.start, self.stop, self.line, self.rows, self.checksum)


def _rows(path: pathlib.Path, file: BinaryIO) -> Iterator[bytes]:
    """The bytes of each row with its line end."""
    quoted = _quoted(path)
    held = b""
    while True:
        line = file.readline(_LONGEST)
        held += line
        if len(held) >= _LONGEST:
            raise DataError(
                f"A row may have {_LONGEST >> 20} MiB. Received a longer one, which begins {shown(held[:40])}. Is a quote "
                "left open, or is this no text file?",
                path=path,
            )
        if quoted and line and held.count(b'"') % 2:
            continue
        if held:
            yield held
        if not line:
            return
        held = b""


def read_lines(path: str, place: LineRange, *, text: str) -> dict[str, list[Any]]:
    """The columns of a shard; of a JSONL, values that are no text as JSON.

    Raises:
        DataError: the bytes are others than when the run was planned, or a row is wrong, told with its line.
    """
    suffix = pathlib.Path(path).suffix.lower()
    with open(path, "rb") as file:
        header = b"" if suffix == ".jsonl" else _header(pathlib.Path(path), file)
        file.seek(place.start)
        content = file.read(place.stop - place.start)
    if zlib.crc32(content) != place.checksum:
        raise DataError(
            f"A file must stay as it is while a run lasts. Received: other bytes in {cut(place)}. Start a run anew, into another "
            "folder.",
            path=path,
        )
    with tempfile.TemporaryDirectory() as folder:
        piece = pathlib.Path(folder) / f"piece{suffix}"
        piece.write_bytes(header + content)
        problems = Problems(piece)
        try:
            records = read_records(piece, problems, encoding="utf-8", max_bytes=None)
            texts = column_of_texts(records, text, problems)
        except DataError as error:
            before = place.line - 1 - header.count(b"\n")
            line = None if error.line is None else error.line + (before if error.line > header.count(b"\n") else 0)
            raise DataError(error.message, path=path, line=line, further=error.further) from None
    if len(texts) != place.rows:
        raise DataError(
            f"Rows must be parted by LF or CR LF. Received: {len(texts):,} rows where there are {place.rows:,} lines "
            f"({cut(place)}). Is a CR alone among them?",
            path=path,
        )
    return {name: [*map(_as_text, values)] for name, values in records.columns.items()}


def _as_text(value):
    """Text that can be written as UTF-8; of half a surrogate pair, as JSON may hold it, U+FFFD."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
