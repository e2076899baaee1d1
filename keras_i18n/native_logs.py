"""What TensorFlow, LiteRT and ONNX Runtime write to standard error of themselves: notes to their authors, left out here."""

import contextlib
import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator

__all__ = ["quiet", "silence_retracing", "silence_tensorflow", "wanted"]

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_reading = threading.Lock()
# notes and warnings of absl and of LiteRT; errors are kept
_NOISE = re.compile(
    rb"WARNING: All log messages before absl::|[IW]\d{4} \d\d:\d\d:\d\d\.|[IW]0000 00:00:|INFO: |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*: [IW] "
    rb"|To enable the following instructions:|loc\(|\s*$"
)


def silence_tensorflow() -> None:
    """Sets TF_CPP_MIN_LOG_LEVEL to 3 for a TensorFlow that is imported later, unless somebody set it.

    >>> silence_tensorflow()
    >>> "TF_CPP_MIN_LOG_LEVEL" in os.environ
    True
    """
    if _LEVEL not in os.environ:
        os.environ[_LEVEL] = "3"


def silence_retracing() -> None:
    """Leaves out TensorFlow's warning that functions are traced often where each model of ours was traced once.

    It counts by the line of code that makes a function, and takes several models for one.

    >>> silence_retracing()
    """
    logger = logging.getLogger("tensorflow")
    if not any(isinstance(one, _NoRetracing) for one in logger.filters):
        logger.addFilter(_NoRetracing())


class _NoRetracing(logging.Filter):
    def filter(self, record):
        told = record.getMessage()
        return wanted() or "triggered tf.function retracing" not in told or "Forward.__init__" not in told


def wanted() -> bool:
    """Whether the user asked for C++ logs: by KERAS_I18N_DEBUG=1, or by a TF_CPP_MIN_LOG_LEVEL below 3.

    >>> isinstance(wanted(), bool)
    True
    """
    asked = os.environ.get(_LEVEL, "3") in ("0", "1", "2")
    return bool(os.environ.get("KERAS_I18N_DEBUG")) or asked


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Within the block what C++ code writes to standard error is read, and only what is no note is passed on, at the end.

    For short blocks that write no progress: what other threads write to standard error waits as long.

    >>> with quiet():
    ...     _ = os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\\n")
    """
    # one block at a time: of those within it, or in other threads meanwhile, the first one reads for all
    if wanted() or not _reading.acquire(blocking=False):
        yield
        return
    written: list[bytes] = []
    try:
        with _read_standard_error(written):
            yield
    finally:
        _reading.release()
        told = b"".join(line for line in written if not _NOISE.match(line))
        with contextlib.suppress(OSError):
            os.write(2, told)


@contextlib.contextmanager
def _read_standard_error(lines):
    """Puts into a list, at the end of the block, the lines that were written."""
    try:
        kept = os.dup(2)
    except OSError:  # a program without standard error
        yield
        return
    with tempfile.TemporaryFile() as written:
        _flush()
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            _flush()
            os.dup2(kept, 2)
            os.close(kept)
            written.seek(0)
            lines += written.readlines()


def _flush():
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.flush()
