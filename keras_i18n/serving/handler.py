"""One connection: reads a request within limits, answers it, counts it."""

import contextlib
import http.server
import json
import logging
import shutil
import time
import urllib.parse
from typing import Any, ClassVar

from keras_i18n.serving.served_models import as_json
from keras_i18n.serving.site import TYPES
from keras_i18n.shown import shown
from keras_i18n.version import __version__

_JSON = "application/json"
_LOG = logging.getLogger(__package__)
# nothing is loaded from elsewhere; WebAssembly compiles, and the import map of the page is its one inline script
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' {import_map}; "
    "worker-src 'self' blob:; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_LOCAL = {"localhost", "127.0.0.1", "::1"}


class RequestError(Exception):
    """A request that is not answered as it wished: status and reason; headers to go with it."""

    def __init__(self, status: int, told: str, **headers: str) -> None:
        super().__init__(told)
        self.status, self.told, self.headers = status, told, headers


class Handler(http.server.BaseHTTPRequestHandler):
    """Routes are a table; whatever else is asked for is a file of the site or does not exist."""

    protocol_version = "HTTP/1.1"
    server_version = f"keras_i18n/{__version__}"
    sys_version = ""
    disable_nagle_algorithm = True  # else the body waits 40 ms for the reader's word that the head came
    server: Any

    routes: ClassVar[dict[tuple[str, str], str]] = {
        ("GET", "/health"): "health",
        ("GET", "/metrics"): "metrics",
        ("GET", "/v1/models"): "models",
        ("POST", "/v1/predict"): "predict",
    }

    def setup(self) -> None:
        """A connection that says nothing is closed; the server closes one that takes too long."""
        super().setup()
        self.connection.settimeout(self.server.limits.seconds)

    def do_GET(self) -> None:
        """Reads."""
        self._answer()

    def do_HEAD(self) -> None:
        """Reads the head alone."""
        self._answer()

    def do_POST(self) -> None:
        """Asks."""
        self._answer()

    def _answer(self):
        begin, self._texts = time.perf_counter(), 0
        self.server.begins(self.connection)
        path = urllib.parse.urlsplit(self.path).path
        asked = "GET" if self.command == "HEAD" else self.command
        route = self.routes.get((asked, path))
        try:
            self._check(path)
            if route:
                status = getattr(self, f"_{route}")()
            elif asked == "GET":
                status = self._file(path)
            else:
                self.close_connection = True  # a body may follow, and is not read
                raise RequestError(405 if path in self.server.site else 404, f"no {self.command} of this path")
        except RequestError as refusal:
            status = self._send(refusal.status, _JSON, as_json({"error": refusal.told}), **refusal.headers)
        except (ConnectionError, TimeoutError):
            self.close_connection, status = True, 499
        except Exception:
            _LOG.exception("%s failed", route or "a file")
            self.close_connection, status = True, 500
            with contextlib.suppress(OSError):
                self._send(status, _JSON, as_json({"error": "the server failed; its log says how"}))
        finally:
            self.server.ends(self.connection)
        name = path if route else "file" if path in self.server.site else "other"
        self.server.metrics.add(name, status, time.perf_counter() - begin, texts=self._texts)

    def _check(self, path):
        host = urllib.parse.urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if self.server.local and host not in _LOCAL:
            # a page of another site whose name was made to lead here
            self._refuse_unread(421, "ask for this server by its own name")
        if path not in ("/health", "/metrics") and not self.server.rate.allows(self.client_address[0]):
            self._refuse_unread(429, "too many requests from this address", **{"Retry-After": "1"})

    def _refuse_unread(self, status, told, **headers):
        self.close_connection = True  # the body was not read
        raise RequestError(status, told, **headers)

    def _health(self):
        return self._send(200, _JSON, as_json({"status": "stopping" if self.server.stopping else "ok"}))

    def _metrics(self):
        return self._send(200, "text/plain; version=0.0.4; charset=utf-8", self.server.metrics.text().encode())

    def _models(self):
        return self._send(200, _JSON, as_json({"models": self.server.models.told()}))

    def _predict(self):
        asked = self._body()
        texts, top = asked.get("texts"), asked.get("top", 1)
        names = list(self.server.models.files)
        name, language = asked.get("model", names[0]), asked.get("language")
        if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
            raise RequestError(400, f"`texts` must be a list of strings. Received: {shown(texts)}.")
        if len(texts) > self.server.limits.texts:
            raise RequestError(413, f"at most {self.server.limits.texts:,} texts a request. Received: {len(texts):,}.")
        if not isinstance(name, str) or name not in names:
            raise RequestError(404, f"`model` must be one of {', '.join(names)}. Received: {shown(name)}.")
        if isinstance(top, bool) or not isinstance(top, int) or top < 1:
            raise RequestError(400, f"`top` must be a number of labels. Received: {shown(top)}.")
        if language is not None and not isinstance(language, str):
            raise RequestError(400, f"`language` must be a BCP-47 tag. Received: {shown(language)}.")
        unknown = sorted(set(asked) - {"texts", "top", "model", "language"})
        if unknown:
            raise RequestError(400, f"there is no {shown(unknown[0])}: send texts, model, top, language")
        if not self.server.turns.acquire(timeout=self.server.limits.wait_seconds):
            raise RequestError(503, "too many predictions at a time", **{"Retry-After": "1"})
        try:
            most = max(1, len(self.server.models.metadata[name].labels))
            found = self.server.models.predict(name, texts, top=min(top, most), language=language)
        except ValueError as error:
            raise RequestError(400, str(error)) from error
        finally:
            self.server.turns.release()
        self._texts = len(texts)
        return self._send(200, _JSON, as_json({"model": name, "predictions": found}))

    def _body(self):
        lengths = self.headers.get_all("Content-Length") or []
        if (
            self.headers.get("Transfer-Encoding")
            or len(lengths) != 1
            or not lengths[0].isascii()
            or not lengths[0].isdigit()
        ):
            self._refuse_unread(411, "a request must tell its Content-Length once, and come in one piece")
        length = int(lengths[0][:12])
        if length > self.server.limits.body_bytes:
            self._refuse_unread(
                413, f"at most {self.server.limits.body_bytes:,} bytes a request. Received: {length:,}."
            )
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the body ended early")
        try:
            asked = json.loads(body.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise RequestError(
                400, f"the body must be JSON in UTF-8. Received: {shown(str(error), limit=120)}."
            ) from error
        if not isinstance(asked, dict):
            raise RequestError(400, f"the body must be an object. Received: {shown(asked)}.")
        return asked

    def _file(self, path):
        file = self.server.site.get(path)
        if file is None:
            told = self.server.no_page if path == "/" else "no such path"
            raise RequestError(404, told)
        try:
            opened = file.open("rb")
        except OSError as error:
            raise RequestError(404, "the file is gone") from error
        with opened:
            size = opened.seek(0, 2)
            opened.seek(0)
            self._begin(200, TYPES[file.suffix], size)
            if self.command != "HEAD":
                shutil.copyfileobj(opened, self.wfile, 1 << 18)
        return 200

    def _send(self, status, kind, body, **headers):
        self._begin(status, kind, len(body), **headers)
        if self.command != "HEAD":
            self.wfile.write(body)
        return status

    def _begin(self, status, kind, size, **headers):
        self.send_response(status)
        told = {"Content-Type": kind, "Content-Length": str(size), **_HEADERS, **headers}
        if self.close_connection or self.server.stopping:
            told["Connection"] = "close"
            self.close_connection = True
        for name, value in told.items():
            self.send_header(name, value.format(import_map=self.server.import_map) if "{" in value else value)
        self.end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the reader of HTTP refuses (a line too long, a method unknown), as JSON too."""
        self.close_connection = True
        body = as_json({"error": message or "this is no request"})
        self.command, self.request_version = getattr(self, "command", None) or "GET", self.protocol_version
        with contextlib.suppress(OSError):
            self._send(code, _JSON, body)
        self.server.metrics.add("other", code, 0.0)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is written: texts of visitors are their own."""
