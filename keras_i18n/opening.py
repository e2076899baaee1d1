"""One door for whatever opens a file: what a path may be, and what an error about it says."""

import contextlib
import os
import pathlib
import stat
from collections.abc import Iterator

from keras_i18n.forked import ForkedWorkerError
from keras_i18n.shown import cut, shown

__all__ = ["checked_path", "told_with_the_path"]

# of a machine, not of a file: they pass as they are
_PASSED = (FileNotFoundError, ForkedWorkerError, ImportError, MemoryError, PermissionError)


def checked_path(path: str | os.PathLike[str], *, kind: str, folders: bool = False) -> pathlib.Path:
    """A path that holds a file (or a folder) to be read.

    Args:
        path: str or path-like.
        kind: what is expected there, for messages: "model file".
        folders: whether a folder will do.

    Raises:
        FileNotFoundError: nothing is there. ValueError: a pipe, a device or another thing that has no end.
        TypeError: `path` is no path.

    Example:

    >>> from keras_i18n.opening import checked_path
    >>> checked_path("/dev/zero", kind="model file")
    Traceback (most recent call last):
    ...
    ValueError: A model file must be a regular file. Received: '/dev/zero', which is a device, a pipe or a socket.
    """
    path = pathlib.Path(path)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(f"No {kind} at '{path}'.") from error
    except (OSError, ValueError) as error:
        raise ValueError(
            f"The path of a {kind} cannot be used ({error}). Received: '{shown(str(path), limit=200)}'."
        ) from error
    if stat.S_ISREG(mode) or (folders and stat.S_ISDIR(mode)):
        return path
    if stat.S_ISDIR(mode):
        raise ValueError(f"A {kind} must be a regular file. Received: '{cut(path)}', which is a folder.")
    raise ValueError(
        f"A {kind} must be a regular file. Received: '{cut(path)}', which is a device, a pipe or a socket."
    )


@contextlib.contextmanager
def told_with_the_path(path: str | os.PathLike[str], *, expected: str, way_out: str) -> Iterator[None]:
    """Makes a ValueError of whatever the libraries below raise for a damaged file: it names the file, the rule and the
    way out. Errors that do so already, and those of the machine (no such file, no permission, no package), pass.

    Args:
        path: the file. expected: what it should be. way_out: what to do, as a sentence without its full stop.

    Example:

    >>> from keras_i18n.opening import told_with_the_path
    >>> with told_with_the_path("a.bin", expected="a model file", way_out="Save the model again"):
    ...     b"\\xff".decode()
    Traceback (most recent call last):
    ...
    ValueError: 'a.bin' must be a model file. It is damaged, cut short or something else: UnicodeDecodeError: \
'utf-8' codec can't decode byte 0xff in position 0: invalid start byte. Save the model again.
    """
    try:
        yield
    except _PASSED as error:
        if isinstance(error, FileNotFoundError | PermissionError) and str(path) not in str(error):
            raise ValueError(_sentence(path, expected, error, way_out)) from error
        raise
    except Exception as error:
        if isinstance(error, ValueError) and not isinstance(error, UnicodeError) and str(path) in str(error):
            raise
        raise ValueError(_sentence(path, expected, error, way_out)) from error


def _sentence(path, expected, error, way_out):
    told = " ".join(str(error).split())[:300].rstrip(".")
    kind = "" if type(error) is ValueError else f"{type(error).__name__}: "
    return f"'{path}' must be {expected}. It is damaged, cut short or something else: {kind}{told}. {way_out}."
