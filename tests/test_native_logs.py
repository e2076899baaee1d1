"""Notes of C++ code are left out, errors and what Python says are not, and nobody's level is changed."""

import logging
import os
import subprocess
import sys
import threading

import pytest

import keras_i18n as ki
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


@pytest.mark.parametrize("quiet", [native_logs.quiet, native_logs.python_quiet])
@pytest.mark.parametrize("name", ["tensorflow", "absl"])
def test_warnings_of_tensorflow_from_python_are_left_out_and_errors_are_not(caplog, name, quiet):
    logger = logging.getLogger(name)
    logger.propagate, before = True, logger.propagate
    with quiet():
        logger.warning("5 out of the last 7 calls triggered tf.function retracing")
        logger.error("out of memory")
        logging.getLogger("of.the.user").warning("mine")
    logger.warning("afterwards")
    logger.propagate = before
    assert [record.getMessage() for record in caplog.records] == ["out of memory", "mine", "afterwards"]


def test_blocks_of_python_within_each_other_are_counted(caplog):
    logger = logging.getLogger("tensorflow")
    logger.propagate, before = True, logger.propagate
    with native_logs.python_quiet():
        with native_logs.python_quiet():
            logger.warning("inner")
        logger.warning("outer")
    logger.warning("afterwards")
    logger.propagate = before
    assert [record.getMessage() for record in caplog.records] == ["afterwards"]


def test_models_made_one_after_another_are_not_called_one_that_is_slow(caplog):
    from keras_i18n.models.padded_inference import PaddedForward

    logger = logging.getLogger("tensorflow")
    logger.propagate, before = True, logger.propagate
    for _ in range(12):
        network = ki.networks.pooling(vocabulary_size=9, num_labels=2, size="tiny")
        PaddedForward(network, padding_id=-1)([[1, 2]])
    logger.propagate = before
    assert caplog.records == []


def test_an_export_of_a_sequential_model_says_nothing(tmp_path):
    code = """if True:
        import sys
        import keras, keras_i18n as ki
        words = keras.layers.TextVectorization(output_sequence_length=4)
        words.adapt(["wake up", "will it rain"])
        scores = keras.layers.Dense(2, activation="softmax")
        rest = [keras.layers.Embedding(9, 3), keras.layers.Flatten(), scores]
        model = keras.Sequential([keras.Input((1,), dtype="string"), words, *rest])
        sys.stderr.write("from here ")
        sys.stderr.flush()
        own = ki.TextClassifier.from_keras(model, labels=["a", "b"])
        ki.export(own, sys.argv[1], formats=["onnx"])
        ki.verify(own, sys.argv[1], ["wake up"])
        """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "out")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "", done.stdout
    assert done.stderr.endswith("from here "), done.stderr
