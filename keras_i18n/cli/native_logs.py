"""TensorFlow and LiteRT write to the terminal from C++, in the middle of progress bars."""

import contextlib
import os
import sys
from collections.abc import Iterator

from keras_i18n import native_logs


@contextlib.contextmanager
def native_logs_silenced() -> Iterator[None]:
    """Sends what C++ code writes to standard error nowhere, and warnings of TensorFlow's logger; Python's own stays.

    KERAS_I18N_DEBUG=1, or a TF_CPP_MIN_LOG_LEVEL below 3 that the user set, keeps everything.
    """
    if native_logs.wanted():
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    python_stderr, sys.stderr = sys.stderr, os.fdopen(os.dup(kept), "w", buffering=1, errors="backslashreplace")
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        with native_logs.python_quiet():
            yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        sys.stderr = python_stderr
