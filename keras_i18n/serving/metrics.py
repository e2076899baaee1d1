"""Counts of a server in the text format of Prometheus."""

import collections
import pathlib
import threading

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Requests by route and status, their time, texts; routes are few and known, so that no visitor can add rows.

    Example:

    >>> metrics = Metrics()
    >>> metrics.add("/v1/predict", 200, 0.004, texts=3)
    >>> [line for line in metrics.text().splitlines() if line.startswith("keras_i18n_texts")]
    ['keras_i18n_texts_total 3']
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: collections.Counter[tuple[str, int]] = collections.Counter()
        self._buckets = [0] * (len(_SECONDS) + 1)
        self._sum, self._texts = 0.0, 0

    def add(self, route: str, status: int, seconds: float, *, texts: int = 0) -> None:
        """Counts a request that was answered."""
        with self._lock:
            self._requests[route, status] += 1
            self._buckets[sum(seconds > limit for limit in _SECONDS)] += 1
            self._sum += seconds
            self._texts += texts

    @property
    def requests(self) -> int:
        """All that were answered, refusals among them."""
        return sum(self._requests.values())

    def text(self) -> str:
        """All numbers, as Prometheus reads them."""
        with self._lock:
            lines = ["# TYPE keras_i18n_requests_total counter"]
            lines += [
                f'keras_i18n_requests_total{{route="{route}",status="{status}"}} {count}'
                for (route, status), count in sorted(self._requests.items())
            ]
            lines += ["# TYPE keras_i18n_request_seconds histogram"]
            total = 0
            for limit, count in zip((*_SECONDS, "+Inf"), self._buckets, strict=True):
                total += count
                lines.append(f'keras_i18n_request_seconds_bucket{{le="{limit}"}} {total}')
            lines += [f"keras_i18n_request_seconds_sum {self._sum:.6f}", f"keras_i18n_request_seconds_count {total}"]
            lines += ["# TYPE keras_i18n_texts_total counter", f"keras_i18n_texts_total {self._texts}"]
        if (bytes_now := _resident()) is not None:
            lines += ["# TYPE process_resident_memory_bytes gauge", f"process_resident_memory_bytes {bytes_now}"]
        return "\n".join(lines) + "\n"


def _resident():
    try:
        return int(pathlib.Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096
    except (OSError, ValueError):
        return None
