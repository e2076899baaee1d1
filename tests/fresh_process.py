"""Runs Python code or a command of ours in a process of its own, without the seconds that importing TensorFlow takes.

A server process imports what a user's script imports, runs nothing, and forks for each call: the child has its own
memory, environment, working folder and file descriptors, no model, and a TensorFlow runtime that was never started,
as a new interpreter has. What a test measures of the *start* (which modules are loaded and so which layers Keras knows, memory,
the arguments of the interpreter) needs a new interpreter: `subprocess.run([sys.executable, ...])`.
"""

import contextlib
import io
import multiprocessing
import multiprocessing.forkserver
import os
import pathlib
import sys
import tempfile
import traceback
import types
from subprocess import CompletedProcess, TimeoutExpired

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.fresh_process_imports"])


class FreshProcess:
    """A started process. `wait()` gives what `subprocess.run` gives.

    Args:
        code: Python source, run as `__main__`.
        arguments: what the code finds in `sys.argv[1:]`.
        stdin: bytes on its standard input.
        environment: variables that are set beside those of this process.
        folder: its working folder.
    """

    def __init__(self, code, arguments=(), *, stdin=b"", environment=None, folder=None):
        self._files = tempfile.TemporaryDirectory()
        places = [str(pathlib.Path(self._files.name) / name) for name in ("stdin", "stdout", "stderr")]
        for place, content in zip(places, (stdin, b"", b""), strict=True):
            pathlib.Path(place).write_bytes(content)
        environment = {**os.environ, **(environment or {})}
        arguments = [os.fsdecode(argument) for argument in arguments]
        self._given = (code, arguments, places, environment, str(folder or os.getcwd()))
        self._process = _context.Process(target=_run, args=self._given)
        # the server finds `tests` in the folder that it starts in, which a test may have left
        with contextlib.chdir(pathlib.Path(__file__).parents[1]):
            multiprocessing.forkserver.ensure_running()
        self._process.start()

    @property
    def pid(self):
        return self._process.pid

    def poll(self):
        return self._process.exitcode

    def kill(self):
        self._process.kill()

    def wait(self, timeout=None):
        """`CompletedProcess` with `stdout` and `stderr` as bytes."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            self.kill()
            self._process.join()
            raise TimeoutExpired(self._given[0][:200], timeout, *self._told())
        done = CompletedProcess(self._given[1], self._process.exitcode, *self._told())
        self._files.cleanup()
        return done

    def _told(self):
        return [pathlib.Path(place).read_bytes() for place in self._given[2][1:]]


def run(code, arguments=(), *, text=True, check=False, timeout=280, **options):
    """What `subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=text)` gives."""
    done = FreshProcess(code, arguments, **options).wait(timeout)
    if text:
        done.stdout, done.stderr = (part.decode("utf-8") for part in (done.stdout, done.stderr))
    if check:
        assert done.returncode == 0, done.stderr[-3000:]
    return done


def cpu_seconds():
    """CPU seconds of the server and of the processes that it started and that have ended."""
    pid = getattr(multiprocessing.forkserver._forkserver, "_forkserver_pid", None)
    if pid is None:
        return 0.0
    ticks = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _run(code, arguments, places, environment, folder):
    """In the child: takes the place of a new interpreter that runs the code."""
    for number, place in enumerate(places):
        descriptor = os.open(place, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_APPEND)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8")
    sys.stderr = io.TextIOWrapper(
        io.FileIO(2, "w", closefd=False), encoding="utf-8", errors="backslashreplace", write_through=True
    )
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["-c", *arguments]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        exec(compile(code, "<string>", "exec"), vars(sys.modules["__main__"]))
        status = 0
    except SystemExit as stopped:
        status = stopped.code if isinstance(stopped.code, int) else int(stopped.code is not None)
        if not isinstance(stopped.code, int | None):
            print(stopped.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
