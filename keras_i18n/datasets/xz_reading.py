"""`.xz` files, unpacked in a memory that is bounded, whatever their header asks for."""

import io
import lzma
from typing import BinaryIO

from keras_i18n.protocols import Path

__all__ = ["MOST_MEMORY", "open_xz"]

# A header may ask for a dictionary of 4 GiB. `xz -9`, the most of its presets, needs 65 MiB to be unpacked.
MOST_MEMORY = 2**28
_CHUNK = 2**16


def open_xz(path: Path, mode: str = "rb") -> BinaryIO:
    """A reader of what an `.xz` or `.lzma` file holds, of one stream or several.

    Reading raises `lzma.LZMAError` where the file is damaged or would take more than `MOST_MEMORY` bytes to unpack, and
    `EOFError` where it is cut off.

    Example:

    >>> import lzma, pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "a.tsv.xz"
    >>> _ = file.write_bytes(lzma.compress(b"text"))
    >>> with open_xz(file) as opened:
    ...     opened.read()
    b'text'
    """
    return io.BufferedReader(_Unpacked(open(path, mode)))


class _Unpacked(io.RawIOBase):
    def __init__(self, file):
        super().__init__()
        self._file, self._unpacker, self._ended = file, None, False

    def readable(self):
        return True

    def readinto(self, buffer):
        while not self._ended:
            chunk = self._next(len(buffer))
            if chunk:
                buffer[: len(chunk)] = chunk
                return len(chunk)
        return 0

    def _next(self, most):
        if self._unpacker is None or self._unpacker.eof:
            return self._stream_begins(most)
        packed = self._file.read(_CHUNK) if self._unpacker.needs_input else b""
        if self._unpacker.needs_input and not packed:
            raise EOFError("the compressed file ends before its last stream does")
        return self._unpacker.decompress(packed, most)

    def _stream_begins(self, most):
        packed = (b"" if self._unpacker is None else self._unpacker.unused_data) or self._file.read(_CHUNK)
        if self._unpacker is not None:
            while packed and not packed.strip(b"\0"):  # streams may be filled up with zeros
                packed = self._file.read(_CHUNK)
            packed = packed.lstrip(b"\0")
        if not packed:
            if self._unpacker is None:
                raise EOFError("the compressed file is empty")
            self._ended = True
            return b""
        self._unpacker = lzma.LZMADecompressor(memlimit=MOST_MEMORY)
        return self._unpacker.decompress(packed, most)

    def close(self):
        self._file.close()
        super().close()
