"""How much a server takes on."""

import collections
import dataclasses
import threading
import time


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """What a server refuses beyond.

    Args:
        body_bytes: of one request.
        texts: of one request.
        requests_per_second: of one address, on average; ten seconds' worth at once.
        concurrency: predictions at a time.
        wait_seconds: how long others wait for their turn.
        connections: open at a time.
        seconds: from the first byte of a request to the last of its answer, and between two requests.
    """

    body_bytes: int = 1 << 20
    texts: int = 256
    requests_per_second: float = 100.0
    concurrency: int = 4
    wait_seconds: float = 1.0
    connections: int = 64
    seconds: float = 20.0


class Rate:
    """A bucket of tokens for each address: it fills at a rate, a request takes one.

    Example:

    >>> rate = Rate(0.1)
    >>> rate.allows("127.0.0.1"), rate.allows("127.0.0.1"), rate.allows("::1")
    (True, False, True)
    """

    _MOST_ADDRESSES = 10_000

    def __init__(self, per_second: float) -> None:
        self._per_second, self._most = per_second, max(1.0, 10 * per_second)
        self._buckets: collections.OrderedDict[str, tuple[float, float]] = collections.OrderedDict()
        self._lock = threading.Lock()

    def allows(self, address: str) -> bool:
        """Whether an address may make a request now; it counts as made."""
        with self._lock:
            now = time.monotonic()
            tokens, before = self._buckets.pop(address, (self._most, now))
            tokens = min(self._most, tokens + (now - before) * self._per_second)
            self._buckets[address] = (max(tokens - 1, 0.0) if tokens >= 1 else tokens, now)
            if len(self._buckets) > self._MOST_ADDRESSES:
                self._buckets.popitem(last=False)
            return tokens >= 1
