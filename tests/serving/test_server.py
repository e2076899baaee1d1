"""The server answers as the model does, and refuses what is too much, malformed, slow or elsewhere."""

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from keras_i18n.serving import Limits, Server
from tests.examples.clients import EXAMPLES

PAGE = (EXAMPLES / "web" / "index.html").exists()
TEXTS = ["Wie wird das Wetter morgen?", "ปลุกฉันตอนเจ็ดโมง", "👩🏽‍🚀🇪🇹 e\u0301", "", "a\ud800b", "音楽をかけて"]


def ask(server, method, path, body=None, headers=None):
    """Status, JSON or text, headers."""
    connection = http.client.HTTPConnection(*server.server_address, timeout=20)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.headers["Content-Type"] == "application/json" and content:
        content = json.loads(content)
    return answer.status, content, answer.headers


def predict(server, **asked):
    return ask(server, "POST", "/v1/predict", json.dumps(asked))


def raw(server, data, *, seconds=5):
    """Sends bytes as they are; the whole answer."""
    found = b""
    with socket.create_connection(server.server_address, timeout=seconds) as connection:
        with contextlib.suppress(OSError):  # a server that is full has closed it already
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):  # and what it had not read resets the connection
            while block := connection.recv(1 << 16):
                found += block
    return found


def waited_for(condition):
    """Whether something becomes true within five seconds: what other threads do comes a moment later."""
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_answers_are_the_models(server, classifier):
    status, answer, headers = predict(server, texts=TEXTS, top=3)
    assert status == 200
    assert headers["X-Content-Type-Options"] == "nosniff"
    scores = [
        [one["score"] for one in sorted(ranked, key=lambda one: one["label"])] for ranked in answer["predictions"]
    ]
    np.testing.assert_allclose(scores, classifier.predict(TEXTS), atol=1e-5)
    best = predict(server, texts=TEXTS)[1]["predictions"]
    assert [[one["label"] for one in ranked] for ranked in best] == [[one.label] for one in classifier.classify(TEXTS)]
    assert predict(server, texts=[])[1]["predictions"] == []


def test_models_health_and_metrics(server, classifier):
    (model,) = ask(server, "GET", "/v1/models")[1]["models"]
    assert model["labels"] == list(classifier.labels)
    assert set(model["files"]) == {"tflite", "onnx"}
    status, data, _ = ask(server, "GET", model["files"]["tflite"]["url"])
    assert (status, len(data)) == (200, model["files"]["tflite"]["bytes"])
    assert data[4:8] == b"TFL3"
    assert ask(server, "HEAD", model["files"]["onnx"]["url"])[1] == b""
    assert ask(server, "GET", "/health")[1] == {"status": "ok"}
    before = server.metrics.requests
    predict(server, texts=["one", "two"])
    # a request is counted after its answer was sent: those before may still be missing from `before`
    assert waited_for(lambda: server.metrics.requests >= before + 1)
    text = ask(server, "GET", "/metrics")[1].decode()
    assert 'keras_i18n_requests_total{route="/v1/predict",status="200"}' in text
    counts = [int(line.split()[-1]) for line in text.splitlines() if "seconds_bucket" in line]
    assert counts == sorted(counts)
    assert f"keras_i18n_request_seconds_count {counts[-1]}" in text


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"", 400, "must be JSON"),
        (b'{"texts": ["a"', 400, "must be JSON"),
        (b'{"texts": ["\xff"]}', 400, "UTF-8"),
        (json.dumps({"texts": ["a"]}).encode("utf-16"), 400, "UTF-8"),
        (b"[" * 100_000, 400, "must be JSON"),
        (b"[1]", 400, "must be an object"),
        (b"{}", 400, "`texts` must be a list of strings"),
        (b'{"texts": "abc"}', 400, "`texts` must be a list of strings"),
        (b'{"texts": ["a", 1]}', 400, "`texts` must be a list of strings"),
        (json.dumps({"texts": ["a"] * 257}).encode(), 413, "at most 256 texts"),
        (b'{"texts": ["a"], "model": "../../etc/passwd"}', 404, "`model` must be one of"),
        (b'{"texts": ["a"], "model": []}', 404, "`model` must be one of"),
        (b'{"texts": ["a"], "top": true}', 400, "`top` must be"),
        (b'{"texts": ["a"], "top": -1}', 400, "`top` must be"),
        (b'{"texts": ["a"], "language": 7}', 400, "`language` must be"),
        (b'{"texts": ["a"], "text": "b"}', 400, "'text'"),
    ],
)
def test_malformed_bodies_are_told(server, body, status, told):
    found, answer, _ = ask(server, "POST", "/v1/predict", body)
    assert (found, told in answer["error"]) == (status, True), answer
    assert ask(server, "GET", "/health")[0] == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9" + b"9" * 5000 + b"\r\n\r\n", 413),
        (b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", 411),
        (b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\n\r\n", 411),
        (b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 411),
        (b"GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
        (b"GET /v1/models HTTP/1.1\r\n\r\n", 421),
        (b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
        (b"PUT /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405 if PAGE else 404),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    ],
)
def test_malformed_requests_are_told(server, head, status):
    answer = raw(server, head)
    assert answer.split(b" ")[1] == str(status).encode(), answer[:200]
    assert b"Connection: close" in answer
    assert b"Traceback" not in answer
    assert ask(server, "GET", "/health")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../setup.cfg", "/../../../../etc/passwd", "/%2e%2e/README.md", "/..%2fREADME.md", "//etc/passwd",
        "/node_modules/../../README.md", "/node_modules/@litertjs/core/package.json", "/package.json", "/.npmrc",
        "/files/0/../../page.mjs", "/files/0/model.keras", "/files/1/model.tflite", "/page.mjs%00.html", "/\\..\\README.md",
    ],
)  # fmt: skip
def test_no_path_leads_elsewhere(server, path):
    answer = raw(server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ")[1] == b"404"
    assert answer.endswith(b'{"error":"no such path"}')


def dripped(server):
    """Sends a request a byte at a time, so that no single wait is long; how many were taken before the end."""
    request = b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n" + b" " * 5000
    with socket.create_connection(server.server_address, timeout=5) as slow:
        for place in range(100):
            try:
                slow.sendall(request[place : place + 1])
            except OSError:
                return place
            time.sleep(0.03)
    return 100


def test_slow_and_silent_connections_are_closed(exported):
    with Server(exported, port=0, limits=Limits(seconds=0.4)) as server:
        begin = time.monotonic()
        with socket.create_connection(server.server_address, timeout=5) as silent:
            assert silent.recv(100) == b""
        assert dripped(server) < 60
        assert time.monotonic() - begin < 8
        assert ask(server, "GET", "/health")[0] == 200


def test_more_than_it_takes_on_is_refused(exported):
    with Server(exported, port=0, limits=Limits(requests_per_second=0.2)) as server:
        statuses = [predict(server, texts=["a"])[0] for _ in range(2)]
        assert statuses == [200, 200]
        status, answer, headers = predict(server, texts=["a"])
        assert (status, headers["Retry-After"]) == (429, "1")
        assert "too many requests" in answer["error"]
        assert ask(server, "GET", "/health")[0] == 200  # whoever watches the server still can
    with Server(exported, port=0, limits=Limits(concurrency=1, wait_seconds=0.05, connections=3)) as server:
        with server.turns:
            status, answer, headers = predict(server, texts=["a"])
        assert (status, headers["Retry-After"]) == (503, "1")
        assert predict(server, texts=["a"])[0] == 200
        idle = []

        def full():  # one more at a time: the thread of an answered request may hold its place a moment longer
            idle.append(socket.create_connection(server.server_address))
            return raw(server, b"").startswith(b"HTTP/1.1 503 ")

        assert waited_for(full)
        for one in idle:
            one.close()
        assert waited_for(lambda: raw(server, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")[9:12] == b"200")


def test_a_stop_finishes_what_was_begun(exported):
    server = Server(exported, port=0).start()
    body = json.dumps({"texts": ["wake me"]}).encode()
    with socket.create_connection(server.server_address, timeout=5) as connection:
        head = f"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:5])
        time.sleep(0.2)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        time.sleep(0.2)
        assert stopping.is_alive()
        connection.sendall(body[5:])
        answer = connection.recv(1 << 16)
        while block := connection.recv(1 << 16):
            answer += block
    stopping.join(5)
    assert not stopping.is_alive()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"Connection: close" in answer
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(server.server_address, timeout=2)


def test_what_cannot_be_served_is_told(server, exported, tmp_path):
    with pytest.raises(FileNotFoundError, match="no exported files"):
        Server(tmp_path)
    with pytest.raises(ValueError, match="must be a folder"):
        Server(exported / "model.onnx")
    with pytest.raises(OSError, match="Choose another port"):
        Server(exported, port=server.server_address[1])
    (tmp_path / "model.tflite").write_bytes(b"no model")
    with pytest.raises(ValueError, match=r"model\.tflite"):
        Server(tmp_path)
    with Server(exported, port=0, page=tmp_path / "no page") as without:
        assert "take a checkout" in ask(without, "GET", "/")[1]["error"]
        assert ask(without, "GET", "/v1/models")[0] == 200


def test_the_command_ends_when_it_is_interrupted(exported):
    command = (sys.executable, "-m", "keras_i18n.cli.main", "serve", str(exported), "--port", "0")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert "serving" in line
    host, port = line.split("http://")[1].split()[0].split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    connection.request("POST", "/v1/predict", json.dumps({"texts": ["wake me"]}))
    assert connection.getresponse().status == 200
    process.send_signal(2)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, "stopped after 1 requests" in out) == (0, True)
