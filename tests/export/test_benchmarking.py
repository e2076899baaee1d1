"""What a file takes, measured in processes of their own."""

import json

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.export import measured_process
from keras_i18n.export.benchmarking import RUNTIMES
from tests import fresh_process


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    return ki.export(tokenizer, tmp_path_factory.mktemp("measured"), formats=["tflite", "onnx"])


def test_every_format_has_runtimes_that_are_known():
    assert set(RUNTIMES) == set(ki.export.FORMATS)
    assert {name for some in RUNTIMES.values() for name, _ in some} == set(measured_process.RUNTIMES)


def test_a_row_a_runtime_length_and_number_of_threads(folder, tmp_path):
    seen = []
    path = folder / "model.onnx"
    report = ki.benchmark(path, lengths=[10, 2000], threads=[1, 2], repeats=3, progress=seen.append)
    assert [(row.runtime, row.threads, row.length) for row in report.rows] == [
        ("ONNX Runtime", threads, length) for threads in (1, 2) for length in (10, 2000)
    ]
    short, long = report.rows[:2]
    assert 0 < short.p50_ms < long.p50_ms <= long.p95_ms
    assert 0 < short.load_ms < 60_000
    assert 0.1 < short.memory_mb < 500
    assert report.size_mb == pytest.approx(path.stat().st_size / 1e6)
    assert [progress.done for progress in seen] == [1, 2]
    report.to_json(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["rows"][0]["runtime"] == "ONNX Runtime"
    assert "model.onnx: " in str(report)


def test_given_texts(folder):
    report = ki.benchmark(folder / "model.tflite", texts=["one", "cafe\u0301 two"], repeats=1)
    assert [(row.runtime, row.length) for row in report.rows] == [("LiteRT", 0)]
    assert "as given" in report.table()


def test_what_is_refused(folder, tmp_path):
    for options, told in (
        ({"threads": [0]}, "`threads` must be numbers of at least 1"),
        ({"lengths": []}, "`lengths` must be numbers of at least 1"),
        ({"texts": "one"}, "`texts` must be a list"),
    ):
        with pytest.raises(ValueError, match=told):
            ki.benchmark(folder / "model.tflite", **options)
    with pytest.raises(FileNotFoundError):
        ki.benchmark(tmp_path / "model.tflite")
    (tmp_path / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:-50])
    with pytest.raises(ValueError, match=r"model\.onnx"):
        ki.benchmark(tmp_path / "model.onnx")


def test_a_runtime_that_fails_is_told(folder):
    from keras_i18n.export.benchmarking import _measured

    job = {"path": "nothing.tflite", "runtime": "LiteRT", "threads": 1, "repeats": 1, "input": "codepoints"}
    with pytest.raises(RuntimeError, match=r"LiteRT could not run 'nothing\.tflite': .+"):
        _measured(job, {"1/0": np.ones((1, 1), "int32")})


def test_the_command(folder):
    code = "from keras_i18n.cli.main import main; main()"
    arguments = ["benchmark", folder / "model.tflite", "--lengths", "10", "--repeats", "1", "--json", "-"]
    done = fresh_process.run(code, [*map(str, arguments)])
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["file"] == "model.tflite"
    assert found["rows"][0]["length"] == 10
