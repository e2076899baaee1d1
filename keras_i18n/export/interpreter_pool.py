import os
import queue
import threading
from collections.abc import Callable
from typing import Any


class InterpreterPool:
    """Interpreters of one file, so that threads may ask at the same time.

    An interpreter of LiteRT holds the sizes and values of the call that it is in: two calls at once in one of them read
    each other's texts, or memory that is no longer there. Here each call has an interpreter for itself. The first one is
    opened at once, another one only when a call finds none free, up to one for each processor; further calls wait.

    Args:
        open_one: opens one, as a function of the inputs by name.
        limit: the most that are open at once; the number of processors unless given.

    Example:

    >>> pool = InterpreterPool(lambda: dict, limit=2)
    >>> pool(a=1)
    {'a': 1}
    """

    def __init__(self, open_one: Callable[[], Any], *, limit: int | None = None) -> None:
        self._open_one = open_one
        self._closed_ones = max(1, limit or os.cpu_count() or 1) - 1  # how many more may be opened
        self._lock = threading.Lock()
        self._free: queue.SimpleQueue[Callable[..., Any]] = queue.SimpleQueue()
        self._free.put(open_one())

    def __call__(self, **inputs: Any) -> Any:
        """Runs one of them."""
        try:
            interpreter = self._free.get_nowait()
        except queue.Empty:
            interpreter = self._another()
        try:
            return interpreter(**inputs)
        finally:
            self._free.put(interpreter)

    def _another(self):
        with self._lock:
            may_open = self._closed_ones > 0
            self._closed_ones -= may_open
        if not may_open:
            return self._free.get()
        try:
            return self._open_one()
        except BaseException:
            with self._lock:
                self._closed_ones += 1
            raise
