"""`keras-i18n serve` under load, beside FastAPI with ONNX Runtime on the same file in the same run; then hostile requests.

Needs Debian's wrk, and for the peer: pip install -c constraints.txt fastapi uvicorn. All traffic stays on 127.0.0.1, and ends by itself:

1. one text of 105 characters a request, 8 connections, a few seconds each, both servers in turn, three times;
2. four times as many requests as the limit allows: no answer but 200 and refusals;
3. 10,000 hostile requests (oversized, malformed, wrong encodings, path escapes, cut short): memory before and after.
"""

import argparse
import collections
import concurrent.futures
import itertools
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import results_file

TEXT = "Könntest du mich bitte morgen früh um sieben Uhr wecken und danach die Nachrichten und etwas Musik spielen"[
    :105
]
PEER = """
import json, sys
import numpy as np, onnxruntime, uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
labels = json.loads(session.get_modelmeta().custom_metadata_map["keras_i18n.json"])["labels"]

class Asked(BaseModel):
    texts: list[str]

app = FastAPI()

@app.post("/v1/predict")
def predict(asked: Asked):
    rows = [[ord(one) for one in text] or [0] for text in asked.texts]
    codepoints = np.zeros((len(rows), max(map(len, rows))), "int32")
    for place, row in enumerate(rows):
        codepoints[place, : len(row)] = row
    (scores,) = session.run(["scores"], {"codepoints": codepoints})
    return {"predictions": [[{"label": labels[row.argmax()], "score": float(row.max())}] for row in scores]}

uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""
HOSTILE = [
    b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 65536,
    b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n" + b"\xff" * 20,
    b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n" + b"[" * 60000,
    b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{",
    b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n",
    b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 300 + b"\r\n",
    b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"",
]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def started(command, port):
    process = subprocess.Popen(command)
    for _ in range(600):
        time.sleep(0.1)
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            if process.poll() is not None:
                break
    raise RuntimeError(f"{command} did not start")


def serve(folder, port, rate):
    command = [sys.executable, "-m", "keras_i18n.cli.main", "serve", folder, "--port", port, "--rate", rate]
    return started([str(one) for one in command], port)


def loaded(port, seconds, folder):
    """Requests a second, p50 and p99 in milliseconds, answers that are no 200, errors of sockets."""
    script = pathlib.Path(folder, "post.lua")
    body = json.dumps({"texts": [TEXT]})
    script.write_text(
        'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n' + f"wrk.body = [==[{body}]==]\n"
    )
    url = f"http://127.0.0.1:{port}/v1/predict"
    out = subprocess.run(
        ["wrk", "-t1", "-c8", f"-d{seconds}s", "--latency", "-s", str(script), url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    def milliseconds(share):
        value, unit = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", out).groups()
        return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    broken = re.search(r"Socket errors: (.*)", out)
    return {
        "requests_per_second": float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
        "requests": int(re.search(r"(\d+) requests in", out)[1]),
        "p50_ms": milliseconds(50),
        "p99_ms": milliseconds(99),
        "not_200": int(refused[1]) if refused else 0,
        "socket_errors": broken[1] if broken else "",
    }


def metrics(port):
    return urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()


def resident_mb(port):
    return float(re.search(r"process_resident_memory_bytes (\d+)", metrics(port))[1]) / 1e6


def statuses(port):
    found = re.findall(r'requests_total\{route="/v1/predict",status="(\d+)"\} (\d+)', metrics(port))
    return {status: int(count) for status, count in found}


def send_hostile(port, data):
    """The status of the answer, or how it ended without one."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            answer = connection.recv(64)
            return answer.split(b" ")[1].decode() if answer.startswith(b"HTTP/") else "closed"
    except OSError as error:
        return type(error).__name__


def hostile(port, count):
    before = resident_mb(port)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        half = collections.Counter(
            pool.map(send_hostile, itertools.repeat(port), itertools.islice(itertools.cycle(HOSTILE), count // 2))
        )
        middle = resident_mb(port)
        half += collections.Counter(
            pool.map(send_hostile, itertools.repeat(port), itertools.islice(itertools.cycle(HOSTILE), count // 2))
        )
    return {
        "requests": sum(half.values()),
        "answers": dict(sorted(half.items())),
        "memory_mb": [round(one, 1) for one in (before, middle, resident_mb(port))],
        "answers_afterwards": urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10).status == 200,
    }


def main():
    """Measures all three, prints and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="with model.onnx alone, so that both serve the same file")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--hostile", type=int, default=10_000)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("needs wrk: apt-get install wrk")
    figures = {"keras_i18n": [], "fastapi": []}
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = free_port(), free_port()
        peer = pathlib.Path(folder, "peer.py")
        peer.write_text(PEER)
        onnx = str(options.folder / "model.onnx")
        processes = [serve(options.folder, ours, 1e6), started([sys.executable, str(peer), onnx, str(theirs)], theirs)]
        try:
            for port in (ours, theirs):
                loaded(port, 1, folder)
            for _ in range(3):
                figures["keras_i18n"].append(loaded(ours, options.seconds, folder))
                figures["fastapi"].append(loaded(theirs, options.seconds, folder))
            figures["hostile"] = hostile(ours, options.hostile)
        finally:
            for process in processes:
                process.send_signal(2)
                process.wait(20)
        least = min(one["requests_per_second"] for one in figures["keras_i18n"])
        limited = serve(options.folder, ours, least / 4)
        try:
            figures["at_four_times_the_limit"] = {
                **loaded(ours, 3 * options.seconds, folder),
                "statuses": statuses(ours),
            }
        finally:
            limited.send_signal(2)
            limited.wait(20)
    print(json.dumps(figures, indent=1))
    results_file.write("serving_load", figures)


if __name__ == "__main__":
    main()
