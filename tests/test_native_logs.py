"""Notes of C++ code are left out, errors and what Python says are not, and nobody's level is changed."""

import logging
import os
import subprocess
import sys
import threading

import pytest

from keras_i18n import native_logs

NOTES = b"""WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795717166.453207    7436 port.cc:153] oneDNN custom operations are on.
INFO: Created TensorFlow Lite XNNPACK delegate for CPU.
2026-01-02 03:04:05.678: W tensorflow/core/x.cc:1] something
"""


@pytest.fixture(autouse=True)
def nobody_asked(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    monkeypatch.delenv("KERAS_I18N_DEBUG", raising=False)


def test_notes_are_left_out_and_errors_passed_on(capfd):
    with native_logs.quiet():
        os.write(2, NOTES + b"E0000 00:00:1.2 7 x.cc:1] no memory\n")
        print("said in Python", file=sys.stderr)
    assert sorted(capfd.readouterr().err.splitlines()) == ["E0000 00:00:1.2 7 x.cc:1] no memory", "said in Python"]
    with pytest.raises(ZeroDivisionError), native_logs.quiet():
        _write_and_fall()
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "before it fell\nafterwards\n"


def _write_and_fall():
    os.write(2, b"before it fell\n")
    raise ZeroDivisionError


@pytest.mark.parametrize(("name", "value"), [("TF_CPP_MIN_LOG_LEVEL", "0"), ("KERAS_I18N_DEBUG", "1")])
def test_who_asks_for_them_gets_them(capfd, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with native_logs.quiet():
        os.write(2, NOTES)
    assert capfd.readouterr().err.encode() == NOTES


def test_blocks_within_blocks_and_in_threads_leave_standard_error_as_it_was(capfd):
    before = os.fstat(2)

    def work():
        for _ in range(50):
            with native_logs.quiet(), native_logs.quiet():
                os.write(2, b"INFO: note\n")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = os.fstat(2)
    assert (before.st_dev, before.st_ino) == (after.st_dev, after.st_ino)
    os.write(2, b"here\n")
    assert capfd.readouterr().err.endswith("here\n")


@pytest.mark.parametrize(("level", "kept"), [(None, "3"), ("1", "1")])
def test_the_level_of_a_user_stays(level, kept):
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    code = "import os, keras_i18n as ki; ki.layers; print(os.environ['TF_CPP_MIN_LOG_LEVEL'])"
    environment |= {} if level is None else {"TF_CPP_MIN_LOG_LEVEL": level}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == kept
    assert (done.stderr == "") == (level is None)


def test_our_own_retracing_is_left_out_and_that_of_others_told(caplog):
    native_logs.silence_retracing()
    native_logs.silence_retracing()
    logger = logging.getLogger("tensorflow")
    logger.warning(
        "5 out of the last 9 calls to %s triggered tf.function retracing.", "NgramEncoderForward.__init__.<locals>"
    )
    logger.warning("5 out of the last 9 calls to %s triggered tf.function retracing.", "my_step")
    logger.warning("something else of Forward.__init__")
    assert [record.getMessage()[:30] for record in caplog.records if record.name == "tensorflow"] == [
        "5 out of the last 9 calls to m",
        "something else of Forward.__in",
    ]
