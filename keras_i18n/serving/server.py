"""The server: threads of the standard library, with limits, and an end that finishes what was begun."""

import base64
import contextlib
import hashlib
import http.server
import pathlib
import re
import socket
import threading
import time
from typing import Any, Self

from keras_i18n.protocols import Path
from keras_i18n.serving.handler import Handler
from keras_i18n.serving.limits import Limits, Rate
from keras_i18n.serving.metrics import Metrics
from keras_i18n.serving.served_models import ServedModels
from keras_i18n.serving.site import site

_PAGE = pathlib.Path(__file__).parents[2] / "examples" / "web"
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"


class Server(http.server.ThreadingHTTPServer):
    """Serves a folder of exported files: a page that runs them in the browser, and a JSON API.

    `GET /` the page, `GET /v1/models`, `POST /v1/predict` with {"texts": [...], "model": ..., "top": ...},
    `GET /health`, `GET /metrics` for Prometheus. Beyond its limits it refuses: 413, 429, 503.

    Args:
        folder: what `export` returned, or a folder of such folders.
        host: name or address to listen at; other machines reach the server only where it is not a local one.
        port: to listen at; 0 for any that is free.
        limits: of the server.
        page: folder of the page; by default `examples/web` of the checkout. Without it there is the API alone.

    Raises:
        FileNotFoundError: no exported file lies in the folder. OSError: the port is in use.

    Example:

    >>> import json, pathlib, tempfile, urllib.request
    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50)
    >>> folder = ki.export(tokenizer, pathlib.Path(tempfile.mkdtemp()) / "ngrams", formats="keras")
    >>> with ki.serving.Server(folder, port=0) as server:
    ...     answer = json.load(urllib.request.urlopen(f"{server.url}/v1/models"))
    >>> answer["models"][0]["task"]
    'tokenization'
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        folder: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 8080,
        limits: Limits | None = None,
        page: Path | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.models = ServedModels(folder)
        page = _PAGE if page is None else pathlib.Path(page)
        self.site = {**site(page), **self.models.paths()}
        self.import_map = _import_map(self.site.get("/"))
        self.no_page = f"no page lies in {page}: take a checkout of keras_i18n; the API is at /v1/models"
        self.rate, self.metrics = Rate(self.limits.requests_per_second), Metrics()
        self.turns = threading.BoundedSemaphore(self.limits.concurrency)
        self.local, self.stopping = host in ("localhost", "127.0.0.1", "::1"), False
        self._lock = threading.Lock()
        self._open: dict[socket.socket, float] = {}  # connection -> when it is closed
        self._answering: set[socket.socket] = set()
        if ":" in host:
            self.address_family = socket.AF_INET6
        try:
            super().__init__((host, port), Handler)
        except OSError as error:
            raise OSError(
                error.errno,
                f"{error.strerror}. Choose another port with --port, or 0 for any that is free",
                f"{host}:{port}",
            ) from error
        self._accepting = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._watching = threading.Thread(target=self._close_the_slow, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.server_address[:2]
        host = host.decode() if isinstance(host, bytes) else str(host)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def start(self) -> Self:
        """Begins to answer, in threads of its own."""
        self._accepting.start()
        self._watching.start()
        return self

    def stop(self, seconds: float = 5.0) -> None:
        """Takes no more requests, lets those that were begun end, for so many seconds at most."""
        self.stopping = True
        self.shutdown()
        end = time.monotonic() + seconds
        while self._answering and time.monotonic() < end:
            time.sleep(0.02)
        self.server_close()
        with self._lock:
            for connection in list(self._open):
                _shut(connection)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def begins(self, connection: socket.socket) -> None:
        """A request has come in on a connection."""
        with self._lock:
            self._answering.add(connection)
            self._open[connection] = time.monotonic() + self.limits.seconds

    def ends(self, connection: socket.socket) -> None:
        """Its answer is written."""
        with self._lock:
            self._answering.discard(connection)
            if connection in self._open:
                self._open[connection] = time.monotonic() + self.limits.seconds

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for the connection, unless there are too many."""
        with self._lock:
            full = len(self._open) >= self.limits.connections
            if not full:
                self._open[request] = time.monotonic() + self.limits.seconds
        if full:
            self.metrics.add("other", 503, 0.0)
            with contextlib.suppress(OSError):
                request.setblocking(False)
                request.send(_FULL)
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """The connection is over."""
        with self._lock:
            self._open.pop(request, None)
            self._answering.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor who went away in the middle is no error of the server; others are counted."""
        self.metrics.add("other", 500, 0.0)

    def _close_the_slow(self):
        while not self.stopping:
            time.sleep(0.1)
            now = time.monotonic()
            with self._lock:
                for connection in [one for one, end in self._open.items() if end < now]:
                    _shut(connection)


def _shut(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _import_map(page):
    """The page's import map, which must be inline, by its digest."""
    found = page and re.search(r'<script type="importmap">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    if not found:
        return ""
    return f"'sha256-{base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()}'"
