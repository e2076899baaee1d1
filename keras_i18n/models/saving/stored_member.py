"""A member of an archive that is stored as it is, read where it lies: its megabytes are never in memory at once."""

import io
import os
import struct
import zipfile
from typing import Any

_HEADER = struct.Struct(
    "<4s22x2H"
)  # of a member in the archive: signature, ..., lengths of its name and of what follows
_SIGNATURE = b"PK\3\4"


class StoredMember(io.RawIOBase):
    """A file object over the bytes of a member, for reading and seeking.

    Args:
        archive: `zipfile.ZipFile` of a path, open; it must stay so.
        name: of a member that is not compressed.

    Raises:
        zipfile.BadZipFile: the member is compressed, or does not lie where the archive says.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.zip"
    >>> with zipfile.ZipFile(path, "w") as archive:
    ...     archive.writestr("numbers", b"0123456789")
    >>> with zipfile.ZipFile(path) as archive, StoredMember(archive, "numbers") as member:
    ...     member.seek(4), member.read(3), member.read()
    (4, b'456', b'789')
    """

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        super().__init__()
        info = archive.getinfo(name)
        if info.compress_type != zipfile.ZIP_STORED or archive.filename is None:
            raise zipfile.BadZipFile(f"the member '{name}' is compressed")
        self._file = open(archive.filename, "rb", buffering=0)  # noqa: SIM115  (closed with this object)
        self._size, self._position = info.file_size, 0
        self._file.seek(info.header_offset)
        header = self._file.read(_HEADER.size)
        if len(header) < _HEADER.size or header[:4] != _SIGNATURE:
            self._file.close()
            raise zipfile.BadZipFile(f"the member '{name}' does not begin where the archive says")
        _, name_length, extra_length = _HEADER.unpack(header)
        self._start = info.header_offset + _HEADER.size + name_length + extra_length

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")[: max(0, self._size - self._position)]
        self._file.seek(self._start + self._position)
        count = self._file.readinto(view) if len(view) else 0
        self._position += count or 0
        return count or 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()
