"""What becomes of memory that a training step freed."""

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from typing import Any

import keras

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_KEPT, _LARGEST = 512 << 20, 32 << 20  # bytes
# what TensorFlow sets for the whole process when a data set is made of a generator, as `fit` makes one
_OF_TENSORFLOW = 128 << 10


class KeptMemory(keras.callbacks.Callback):
    """While a training lasts, memory that a step freed waits for the next step.

    TensorFlow tells the C library to hand freed memory back at once. Then every step asks the kernel again for its
    gathered rows and their gradients, page by page: 40 % of the CPU time of a training with a large table. At the end
    all that is free is handed back. It does nothing where the C library is not glibc.
    """

    def __init__(self) -> None:
        super().__init__()
        self._library = _glibc()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if batch == 0:  # after the data set was made
            _keep(self._library)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        _hand_back(self._library)


@contextlib.contextmanager
def kept_memory() -> Iterator[None]:
    """The same for a training that is no `fit`.

    >>> with kept_memory():
    ...     pass
    """
    library = _glibc()
    _keep(library)
    try:
        yield
    finally:
        _hand_back(library)


def _glibc():
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "gnu_get_libc_version") else None


def _keep(library):
    if library is not None:
        library.mallopt(_MMAP_THRESHOLD, _LARGEST)
        library.mallopt(_TRIM_THRESHOLD, _KEPT)


def _hand_back(library):
    if library is not None:
        library.mallopt(_MMAP_THRESHOLD, _OF_TENSORFLOW)
        library.mallopt(_TRIM_THRESHOLD, _OF_TENSORFLOW)
        library.malloc_trim(0)
