"""From a file, plain or compressed, to its text."""

import codecs
import contextlib
import gzip
import io
import itertools
import lzma
import os
import zlib
from collections.abc import Iterator

from keras_i18n.datasets.problems import DataError
from keras_i18n.datasets.size_limits import limit_of, too_large
from keras_i18n.datasets.xz_reading import MOST_MEMORY, open_xz
from keras_i18n.protocols import Path
from keras_i18n.shown import cut, shown

_OPENERS = {".gz": gzip.open, ".xz": open_xz}
_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHUNK = 2**20


def plain_suffix(path: Path) -> str:
    """The ending that tells the format: `.tsv` of `a.tsv` and of `a.TSV.gz`."""
    stem, suffix = os.path.splitext(str(path).lower())
    return os.path.splitext(stem)[1] if suffix in _OPENERS else suffix


def read_bytes(path: Path, *, max_bytes: int | None = None) -> bytes:
    """The bytes of a file, decompressed by its ending `.gz` or `.xz`.

    Raises:
        FileNotFoundError: there is no such file.
        DataError: it is no file, damaged or cut off, or holds more than `max_bytes` (`size_limits` where None).
    """
    with _opened(path, max_bytes) as file:
        return file.read()


@contextlib.contextmanager
def text_lines(path: Path, *, encoding: str, max_bytes: int | None = None) -> Iterator[Iterator[str]]:
    """The lines of a file with their ends, read as they are asked for; a byte order mark is no part of the text.

    Lines end in LF, CR LF or CR, whichever comes.

    Raises:
        as `read_bytes` and `decode`, also inside of the block.
    """
    name = _encoding(encoding)
    try:
        with _opened(path, max_bytes) as file:
            lines = iter(io.TextIOWrapper(file, encoding=name, newline=""))
            first = next(lines, "").removeprefix("\ufeff")
            yield itertools.chain([first] if first else (), lines)
    except UnicodeDecodeError:
        data = read_bytes(path, max_bytes=max_bytes)
        decode(data, encoding=encoding, path=path)  # tells the line and counts the others
        raise


@contextlib.contextmanager
def _opened(path, max_bytes):
    """A buffered reader of what is in the file, which ends in an error where that is more than it may be."""
    path = os.fspath(path)
    limit = limit_of(path, max_bytes)
    opener = _OPENERS.get(os.path.splitext(path.lower())[1])
    if opener is None and os.path.getsize(path) > limit:
        raise too_large(path, limit, os.path.getsize(path))
    with (opener or open)(path, "rb") as file, io.BufferedReader(_Limited(file, path, limit), _CHUNK) as reader:
        yield reader


class _Limited(io.RawIOBase):
    """Bytes of a file up to a limit."""

    def __init__(self, file, path, limit):
        super().__init__()
        self.file, self.path, self.limit, self.size = file, path, limit, 0

    def readable(self):
        return True

    def readinto(self, buffer):
        try:
            chunk = self.file.read(len(buffer))
        except (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error) as error:
            raise DataError(
                f"The compressed file must be whole, and unpack in {MOST_MEMORY >> 20} MiB of memory. Received after "
                f"{self.size:,} bytes: {cut(error)}. Fetch or write it again.",
                path=self.path,
            ) from error
        self.size += len(chunk)
        if self.size > self.limit:
            raise too_large(self.path, self.limit)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def decode(data: bytes, *, encoding: str, path: Path) -> str:
    """Text of bytes; a byte order mark is no part of it.

    Raises:
        DataError: a line is no text in this encoding; line and byte are named.
        ValueError: Python knows no such encoding.
    """
    name = _encoding(encoding)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, name, path) from None
    return text.removeprefix("\ufeff")


def lines_of(text: str) -> list:
    """The lines of a text file, without their ends; what follows the last line end is a line if it is not empty.

    Lines end in LF or CR LF; in a file without any LF, as old Macs and their spreadsheets write it, in CR. Other line
    separators of Unicode belong to the text.

    Example:

    >>> lines_of("a\\r\\nb\\n"), lines_of("a\\rb\\r"), lines_of("a\\u2028b")
    (['a', 'b'], ['a', 'b'], ['a\\u2028b'])
    """
    end = "\n" if "\n" in text or "\r" not in text else "\r"
    lines = text.split(end)
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines] if end == "\n" else lines


def _encoding(encoding):
    try:
        info = codecs.lookup(encoding)
        if not info._is_text_encoding:
            raise LookupError
        return info.name
    except (LookupError, TypeError) as error:
        raise ValueError(
            f"`encoding` must be a text encoding that Python knows, such as 'utf-8'. Received: {shown(encoding)}."
        ) from error


def _undecodable(data, error, name, path):
    mark = next((other for mark, other in _MARKS if data.startswith(mark)), None)
    if mark and mark != name:
        message = (
            f"Text must be in {name}. Received: a file that begins as {cut(mark)} does. Pass encoding='{cut(mark)}'."
        )
        return DataError(message, path=path, line=1)
    bad = data[error.start : error.end].hex(" ").upper()
    message = (
        f"Text must be in {name}. Received: byte {cut(bad)} at offset {error.start:,} of the file ({error.reason}). "
        "Pass `encoding=` if it is in another one, such as 'cp1252' or 'gb18030', or mend the bytes."
    )
    if name.startswith(("utf-16", "utf-32")):
        return DataError(message, path=path, line=data[: error.start].decode(name, "replace").count("\n") + 1)
    lines = data.split(b"\n")
    bad_lines = sum(not _decodes(line, name) for line in lines)
    return DataError(message, path=path, line=data.count(b"\n", 0, error.start) + 1, further=max(0, bad_lines - 1))


def _decodes(line, name):
    try:
        line.decode(name)
    except UnicodeDecodeError:
        return False
    return True
