"""How much of a data file is read: what is no file is not, and a small file does not fill the memory."""

import errno
import os
import stat

from keras_i18n.datasets.problems import DataError
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

# Without `max_bytes`: a file may unpack to 4 GiB, and to no more than 100 times its size. Text packs 3 to 10 times.
LARGEST = 4 * 2**30
TIMES_ITS_SIZE = 100
ALWAYS = 2**28  # small files may unpack to this in any case
MAX_COLUMNS = 10_000


def limit_of(path: Path, max_bytes: int | None) -> int:
    """The most bytes that a file may hold once decompressed.

    Args:
        path: the file.
        max_bytes: what the caller allows; None for a limit that follows the size of the file.

    Raises:
        FileNotFoundError: there is no such file.
        DataError: it is no file but a pipe, a device or a socket, whose end nobody knows.
    """
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "A data file must be a file, not a folder", os.fspath(path))
    if not stat.S_ISREG(status.st_mode):
        raise DataError(
            "A data set must be a file. Received: a pipe, a device or a socket, whose end is not known. "
            "Save what comes out of it as a file first.",
            path=path,
        )
    return min(LARGEST, max(ALWAYS, TIMES_ITS_SIZE * status.st_size)) if max_bytes is None else max_bytes


def too_large(path: Path, limit: int, received: int | None = None) -> DataError:
    """The error about a file that holds more than it may."""
    what = "more" if received is None else f"{received:,}"
    return DataError(
        f"The file must hold at most {limit:,} bytes once decompressed. Received: {cut(what)}. "
        "Pass a larger `max_bytes` if you trust it, or split it.",
        path=path,
    )
