"""Writing so that a path holds the whole new file, or what it held before."""

import contextlib
import errno
import os
import pathlib
import secrets
import shutil
from collections.abc import Iterator

from keras_i18n.protocols import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

__all__ = ["atomic_path"]


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[pathlib.Path]:
    """Gives a temporary path beside `path`; what the block leaves there takes the name `path` at its end.

    If the block fails or is interrupted, the temporary file or folder is removed and `path` stays as it was.
    The temporary name ends as `path` does (`.h5`, `.keras`), because many savers choose the format by it. A missing
    parent folder is made. A device or a pipe (`/dev/stdout`) is written directly.

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
    # Names may be 255 bytes long; what is added here must not push a valid name over that.
    suffix = "".join(path.suffixes[-2:])[-20:]
    temporary = path.with_name(f".{path.name[:20]}-{secrets.token_hex(6)}{suffix}")
    try:
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
        _remove(temporary)


def _rename(temporary, path):
    """`os.replace`, also over a folder that is not empty."""
    if not path.is_dir():
        os.replace(temporary, path)
        return
    if not temporary.is_dir():
        raise IsADirectoryError(
            errno.EISDIR, "A file cannot take the place of a folder; choose another name", str(path)
        )
    aside = temporary.with_name(temporary.name + ".old")
    try:
        os.replace(path, aside)
        os.replace(temporary, path)
    finally:
        if aside.exists() and not path.exists():
            os.replace(aside, path)
        _remove(aside)


def _remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
