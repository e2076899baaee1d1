"""Runs a client of `examples/` as a process: code points in, milliseconds and numbers out, a line a text."""

import pathlib
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence

import numpy as np

from keras_i18n.certification.answers import Answers
from keras_i18n.protocols import Texts

_SECONDS = 600


class ClientError(ValueError):
    """A client ended with an error: what it told."""


def in_a_process(command: Sequence[str | pathlib.Path], path: pathlib.Path, texts: Texts) -> Answers:
    """Calls `command path` with the texts' code points as its standard input.

    Args:
        command: of the client, without the file.
        path: the exported file.
        texts: list of str.

    Raises:
        ClientError: the client refused the file, failed, or took longer than ten minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        given, written, told = (pathlib.Path(folder, name) for name in ("texts", "answers", "errors"))
        lines = [" ".join(str(ord(character)) for character in text) for text in texts]
        given.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
        with given.open("rb") as stdin, written.open("wb") as stdout, told.open("wb") as stderr:
            process = subprocess.Popen([*command, path], stdin=stdin, stdout=stdout, stderr=stderr)
            status, memory_mb = _waited_for(process)
        errors = told.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        if status:
            raise ClientError((errors or [f"it ended with status {status}"])[-1].removeprefix("error: ")[:500])
        return _read(written.read_text(encoding="utf-8").splitlines(), len(texts), memory_mb)


def _waited_for(process):
    """Exit status and largest resident memory, MB; None on a system that does not tell it.

    Not `wait4`: what it tells begins with the memory of the process that started this one.
    """
    end, memory_mb = time.monotonic() + _SECONDS, None
    try:
        while True:
            memory_mb = _peak_mb(process.pid) or memory_mb
            try:
                return process.wait(timeout=0.05), memory_mb
            except subprocess.TimeoutExpired:
                if time.monotonic() > end:
                    raise ClientError(f"it took longer than {_SECONDS} seconds") from None
    finally:
        process.kill()
        process.wait()


def _peak_mb(number):
    try:
        status = pathlib.Path("/proc", str(number), "status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else None


def _read(lines, count, memory_mb):
    if len(lines) != count:
        raise ClientError(f"it answered {len(lines):,} of {count:,} texts")
    pairs = [line.partition("\t") for line in lines]
    numbers = [np.array(told.split(), "float64") for _, _, told in pairs]
    return Answers(numbers, [float(took) for took, _, _ in pairs], memory_mb)
