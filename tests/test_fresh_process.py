"""A forked fresh process behaves as a new interpreter does."""

import ast
import os
import pathlib
import signal
import subprocess

import pytest

from tests import fresh_process

TOLD = """
import os, sys
print(sys.argv[1:], sys.stdin.read(), os.getcwd(), os.environ["OF_THE_TEST"], __name__, "é")
print("to standard error", file=sys.stderr)
"""


def test_it_gets_arguments_input_environment_and_folder(tmp_path):
    options = {"stdin": "ქარი".encode(), "environment": {"OF_THE_TEST": "yes"}, "folder": tmp_path}
    done = fresh_process.run(TOLD, ["a", tmp_path / "b"], **options)
    assert done.returncode == 0
    assert done.stdout == f"{['a', str(tmp_path / 'b')]} ქარი {tmp_path} yes __main__ é\n"
    assert done.stderr == "to standard error\n"
    assert "OF_THE_TEST" not in os.environ


def test_memory_and_settings_are_its_own():
    count = "import keras_i18n; keras_i18n.counted = getattr(keras_i18n, 'counted', 0) + 1; print(keras_i18n.counted)"
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))"
    assert [fresh_process.run(code).stdout for code in (count, limit, count)] == ["1\n", "", "1\n"]


def test_tensorflow_was_never_started():
    """Devices can be set only before the runtime starts."""
    code = (
        "import tensorflow as tf\n"
        "cpu = tf.config.list_physical_devices('CPU')[0]\n"
        "tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)\n"
        "print(len(tf.config.list_logical_devices('CPU')), float(tf.reduce_sum(tf.ones((300, 300)) @ tf.ones((300, 1)))))"
    )
    for _ in range(2):
        assert fresh_process.run(code, check=True).stdout == "2 90000.0\n"


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("raise SystemExit", 0, ""),
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit('no such file')", 1, "no such file\n"),
        ("import os; os._exit(9)", 9, ""),
        ("import os; os.kill(os.getpid(), 15)", -signal.SIGTERM, ""),
        ("1 / 0", 1, "ZeroDivisionError: division by zero\n"),
    ],
)
def test_how_it_ended_is_told(code, status, told):
    done = fresh_process.run(code)
    assert done.returncode == status
    assert done.stderr.endswith(told)


def test_one_that_does_not_end_is_killed():
    with pytest.raises(subprocess.TimeoutExpired):
        fresh_process.run("while True: pass", timeout=0.5)
    process = fresh_process.FreshProcess("while True: pass")
    assert process.poll() is None
    process.kill()
    assert process.wait().returncode == -signal.SIGKILL


OF_THE_WHOLE_PROCESS = {"setrlimit", "alarm", "setitimer", "umask", "nice", "sched_setaffinity"}


def limits_set_in(source):
    """Calls in a test's own code; a program in a string runs in another process."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = [getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls]
    return [name for name in names if name in OF_THE_WHOLE_PROCESS]


def test_no_test_limits_the_process_that_runs_all_the_others():
    assert limits_set_in("resource.setrlimit(1, (2, 3)); run('import signal; signal.alarm(3)')") == ["setrlimit"]
    files = pathlib.Path(__file__).parent.rglob("*.py")
    assert {path.name: found for path in files if (found := limits_set_in(path.read_text(encoding="utf-8")))} == {}
