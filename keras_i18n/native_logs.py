"""What TensorFlow, LiteRT and ONNX Runtime write to standard error: notes to their authors, left out here."""

import contextlib
import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator

__all__ = ["python_quiet", "quiet", "silence_tensorflow", "wanted"]

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_LOGGERS = ("tensorflow", "absl")
_reading, _counting, _blocks = threading.Lock(), threading.Lock(), 0
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

    Warnings of the loggers of TensorFlow and absl are left out as well, as `python_quiet` does. For short blocks that write no progress: what other threads write to standard error waits as long.

    >>> with quiet():
    ...     _ = os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\\n")
    """
    # one block at a time: of those within it, or in other threads meanwhile, the first one reads for all
    if wanted() or not _reading.acquire(blocking=False):
        yield
        return
    written: list[bytes] = []
    try:
        with python_quiet(), _read_standard_error(written):
            yield
    finally:
        _reading.release()
        told = b"".join(line for line in written if not _NOISE.match(line))
        with contextlib.suppress(OSError):
            os.write(2, told)


@contextlib.contextmanager
def python_quiet() -> Iterator[None]:
    """Within the block warnings of TensorFlow and absl from Python are left out; their errors, and other loggers, are not.

    They tell of how a library is written ("triggered tf.function retracing", "Issue encountered when serializing
    table_initializer"), which nobody who uses a model can change. It counts by the address of a function: where one model
    after another is made, each of which makes its one graph, it takes them for one that makes many. As a decorator it
    holds for each call.

    >>> with python_quiet():
    ...     logging.getLogger("tensorflow").warning("5 out of the last 7 calls triggered retracing")
    """
    if wanted():
        yield
        return
    _filter(1)
    try:
        yield
    finally:
        _filter(-1)


def _filter(step):
    """Leaves notes out from the first block on to the end of the last one, of all threads."""
    global _blocks
    with _counting:
        _blocks += step
        for logger in map(logging.getLogger, _LOGGERS):
            (logger.addFilter if _blocks else logger.removeFilter)(_no_note)


def _no_note(record):
    return record.levelno >= logging.ERROR


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
