"""Writing so that a path holds the whole new file, or what it held before."""

import contextlib
import ctypes
import errno
import os
import pathlib
import shutil
from collections.abc import Iterator

from keras_i18n import leftovers
from keras_i18n.protocols import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux

__all__ = ["atomic_path", "size_of"]


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder.

    Example:

    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "five"
    >>> _ = file.write_bytes(b"bytes")
    >>> size_of(file), size_of(file.parent)
    (5, 5)
    """
    path = pathlib.Path(path)
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[pathlib.Path]:
    """Gives a temporary path beside `path`; what the block leaves there takes the name `path` at its end.

    If the block fails or is interrupted, the temporary file or folder is removed and `path` stays as it was. A process
    that is killed leaves it; the next write into the same folder clears what dead processes left. The temporary path
    has the name of `path` (many savers choose the format by its ending), in a folder that its owner alone can enter.
    A missing parent folder is made. A device or a pipe (`/dev/stdout`) is written directly.

    Args:
        path: the file or folder to write; the block decides which by what it makes.

    Raises:
        OSError: the disk is full or cannot be written; the message names `path`.
        FileNotFoundError: the block ended without writing anything.

    Example:

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with atomic_path(folder / "report.csv") as temporary:
    ...     _ = temporary.write_text("language,accuracy")
    >>> [file.name for file in folder.iterdir()]
    ['report.csv']
    """
    path = pathlib.Path(os.path.realpath(path))  # a link stays a link: what it points to is replaced
    if path.exists() and not path.is_file() and not path.is_dir():
        yield path
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    leftovers.clear(path.parent)
    private = path.with_name(leftovers.temporary_name(path.name))
    temporary = private / path.name
    try:
        private.mkdir(mode=0o700)  # what is not finished is for its owner alone
        yield temporary
        if not temporary.exists():
            raise FileNotFoundError(f"Nothing was written for '{path}'. Write to the path that `atomic_path` gives.")
        _rename(temporary, path)
    except OSError as error:
        if error.errno in _FULL:
            reason = f"{os.strerror(error.errno)}. Nothing was kept of this write; what was there before is unchanged"
            raise OSError(error.errno, reason, str(path)) from error
        raise
    finally:
        _remove(private)


def _rename(temporary, path):
    """`os.replace`, also over a folder that is not empty."""
    if not path.is_dir():
        os.replace(temporary, path)
        return
    if not temporary.is_dir():
        raise IsADirectoryError(
            errno.EISDIR, "A file cannot take the place of a folder; choose another name", str(path)
        )
    if _exchanged(temporary, path):
        return
    # Two steps, where the system cannot exchange. Whoever is killed between them leaves the old version aside, and
    # the next write into this folder puts it back.
    aside = temporary.parent / leftovers.ASIDE / path.name
    aside.parent.mkdir()
    try:
        os.replace(path, aside)
        os.replace(temporary, path)
    finally:
        if aside.exists() and not path.exists():
            os.replace(aside, path)


def _exchanged(one, other):
    """Two paths change places in one step, so that at each moment something stands at both; False if that cannot be."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):  # not Linux, or an old C library
        return False
    return rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


def _remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
