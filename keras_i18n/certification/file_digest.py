"""Size and digest of an exported file; of a SavedModel, of all files in its folder."""

import hashlib
import pathlib


def digest_of(path: pathlib.Path) -> tuple[int, str]:
    """Bytes and hex SHA-256.

    Of a folder: over the names and digests of its files, in the order of their names.

    Example:

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.tflite"
    >>> _ = path.write_bytes(b"abc")
    >>> digest_of(path)[0], digest_of(path)[1][:8], digest_of(path.parent)[0]
    (3, 'ba7816bf', 3)
    """
    if path.is_file():
        with path.open("rb") as file:
            return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
    size, digest = 0, hashlib.sha256()
    for one in sorted(path.rglob("*")):
        if one.is_file():
            bytes_of_one, digest_of_one = digest_of(one)
            size += bytes_of_one
            digest.update(f"{one.relative_to(path).as_posix()}\0{digest_of_one}\n".encode())
    return size, digest.hexdigest()
