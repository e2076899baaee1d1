"""`predict` over files keeps their columns; an interrupt ends at once and tells how to go on."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

import keras_i18n as ki
from keras_i18n.cli import interrupts
from keras_i18n.cli.main import app
from keras_i18n.datasets import read
from keras_i18n.datasets.writing import write

TEXTS = ["wake me up", "=SUM(A1)", "", "nzuri 🎵"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("predict")
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    network = ki.networks.pooling(vocabulary_size=50, num_labels=3, size="tiny")
    classifier = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["alarm", "music", "-other"])
    classifier.save(folder / "own.keras")
    ki.export(classifier, folder / "exports", formats=["onnx"])
    return classifier, folder


def predict(*arguments, code=0):
    result = CliRunner().invoke(app, ["predict", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize("suffix", [".tsv", ".csv.gz", ".jsonl", ".parquet"])
def test_a_file_keeps_its_columns(exported, tmp_path, suffix):
    classifier, folder = exported
    given, labelled = tmp_path / f"given{suffix}", tmp_path / f"labelled{suffix}"
    write({"nr": ["7", "8", "9", "10"], "review": TEXTS}, given)
    assert "4 rows" in predict(folder / "own.keras", "--data", given, "--output", labelled, "--text", "review")
    found = read(labelled, text="review", label="predicted", language="en")
    assert (found.text, found["nr"]) == (tuple(TEXTS), ("7", "8", "9", "10"))
    expected = classifier.classify(TEXTS)
    assert found.label == tuple(one.label for one in expected)
    assert [float(score) for score in found["score"]] == pytest.approx([one.score for one in expected], abs=1e-6)


def test_several_labels_and_a_folder_of_exports(exported, tmp_path):
    _, folder = exported
    write({"text": TEXTS}, tmp_path / "given.jsonl")
    predict(folder / "exports", "--data", tmp_path / "given.jsonl", "--output", tmp_path / "out.jsonl", "--top", 2)
    row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert list(row) == ["text", "predicted", "score", "predicted_2", "score_2"]
    assert row["score"] >= row["score_2"]


def test_formulas_are_texts_where_a_spreadsheet_is_told(exported, tmp_path):
    _, folder = exported
    write({"text": TEXTS}, tmp_path / "given.csv")
    options = ["--data", tmp_path / "given.csv", "--output", tmp_path / "out.csv", "--for-spreadsheets", "--top", 3]
    predict(folder / "own.keras", *options)
    out = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert "'=SUM(A1)" in out
    assert "'-other" in out
    data = ki.datasets.from_lists(["@a", "+1", "-x", "b=c"], language="en")
    for suffix in (".csv", ".tsv"):
        data.to_file(tmp_path / f"a{suffix}", for_spreadsheets=True)
        assert read(tmp_path / f"a{suffix}", label=None).text == ("'@a", "'+1", "'-x", "b=c")


def test_what_is_refused_before_the_model_is_opened(tmp_path):
    write({"text": TEXTS, "score": [1] * 4}, tmp_path / "given.tsv")
    out = predict("none.keras", "--data", tmp_path / "given.tsv", "--output", tmp_path / "o.tsv", code=2)
    assert "would be lost" in " ".join(out.replace("│", "").split())
    assert "must end in one of" in " ".join(
        predict("none.keras", "a", "--output", tmp_path / "o.xlsx", code=2).replace("│", "").split()
    )
    assert "not both" in predict("none.keras", "a", "--data", tmp_path / "given.tsv", code=2)
    (tmp_path / "empty").mkdir()
    result = CliRunner().invoke(app, ["predict", str(tmp_path / "empty"), "a"])
    assert "A folder must hold one of model.tflite" in str(result.exception)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_at_once_and_tells_how_to_go_on(tmp_path, number):
    """Within a command: a file that is being written is removed, and the exit status is the shell's."""
    program = (
        "import sys, time, typer\nfrom keras_i18n.cli import main\nfrom keras_i18n.files import atomic_path\n"
        "@main.app.command()\ndef wait(path: str, backup: str = ''):\n"
        "    with atomic_path(path) as temporary:\n        temporary.write_text('half')\n"
        "        print('ready', flush=True)\n        time.sleep(60)\n"
        "sys.argv[1:] = ['wait', sys.argv[1], '--backup', 'kept']\nmain.main()\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "model.keras")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        started = time.monotonic()
        process.send_signal(number)
        _, told = process.communicate(timeout=30)
    assert time.monotonic() - started < 10
    assert process.returncode == 128 + number
    assert "kept in 'kept': call the same command again" in told
    assert os.listdir(tmp_path) == []


def test_what_is_told_without_a_backup():
    assert "--backup FOLDER" in interrupts.what_is_kept(["train", "a.tsv", "b.keras"])
    assert "'k'" in interrupts.what_is_kept(["train", "--backup=k"])
    assert "begin anew" in interrupts.what_is_kept(["export", "a", "b"])


def test_texts_that_may_have_several_labels(tmp_path):
    """From a file with a separator to a model, its scores, and a file of answers."""
    rows = {"text": ["wake song", "song", "3 o'clock"] * 20, "label": ["alarm|music", "music", ""] * 20}
    write({**rows, "language": ["en"] * 60}, tmp_path / "data.tsv")
    data = read(tmp_path / "data.tsv", label_separator="|")
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    network = ki.networks.pooling(vocabulary_size=50, task="encoder", vector_dim=8, size="tiny")
    encoder = ki.TextEncoder(tokenizer=tokenizer, network=network)
    model = ki.TextClassifier.on_encoder(encoder, labels=data.labels, multi_label=True, num_anchors=8)
    model.fit(data, verbose=0)
    model.save(tmp_path / "model.keras")
    predict(tmp_path / "model.keras", "--data", tmp_path / "data.tsv", "--output", tmp_path / "out.tsv")
    found = read(tmp_path / "out.tsv", label="predicted", label_separator="|", language="en")
    assert found.label == data.label
    assert [score.count("|") for score in found["score"][:3]] == [1, 0, 0]
    lines = predict(tmp_path / "model.keras", "3 o'clock", "song", "--jsonl").splitlines()
    assert [[one["label"] for one in json.loads(line)["labels"]] for line in lines] == [[], ["music"]]
    assert "3 o'clock" in predict(tmp_path / "model.keras", "3 o'clock")
    two = CliRunner().invoke(app, ["predict", str(tmp_path / "model.keras"), "song", "--top", "2"])
    assert "leave `--top` out" in str(two.exception)
    options = ["evaluate", str(tmp_path / "model.keras"), str(tmp_path / "data.tsv"), "--label-separator", "|"]
    told = CliRunner().invoke(app, options)
    assert "Mean micro F1 of 1 language 100.0 %" in told.output.replace("\n", " ")
    refused = CliRunner().invoke(app, [*options, "--plot", str(tmp_path / "picture.png")])
    assert "shows one label" in refused.output


def test_a_text_file_is_read_by_lines_and_a_file_that_is_not_there_is_no_text(exported, tmp_path):
    _, folder = exported
    (tmp_path / "lines.txt").write_bytes("wake me\n\nnzuri à\n".encode("cp1252"))
    out = predict(folder / "own.keras", tmp_path / "lines.txt", "--encoding", "cp1252", "--jsonl")
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["wake me", "", "nzuri à"]
    for name in ("nothere.csv", "nothere.txt"):
        result = CliRunner().invoke(app, ["predict", str(folder / "own.keras"), str(tmp_path / name)])
        assert isinstance(result.exception, FileNotFoundError), result.output
    # more than one argument, or words: texts
    assert "read me.txt" in predict(folder / "own.keras", "read me.txt")
    assert "One file, or texts" in predict(folder / "own.keras", tmp_path / "lines.txt", "wake me", code=2)
