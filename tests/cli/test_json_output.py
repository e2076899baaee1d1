"""`--json -`: standard output is one JSON and nothing else; and what `predict` takes for texts."""

import json

import pytest
from typer.testing import CliRunner

import keras_i18n as ki
from keras_i18n.cli.main import app
from keras_i18n.datasets.writing import write


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("json")
    texts = [f"{verb} {number}" for number in range(8) for verb in ("wake me at", "play song")]
    rows = {"id": [f"r{row}" for row in range(16)], "text": texts, "label": ["alarm", "music"] * 8}
    write({**rows, "language": ["en", "en", "sw", "sw"] * 4}, folder / "data.tsv")
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    network = ki.networks.pooling(vocabulary_size=50, num_labels=2, size="tiny")
    options = {"labels": ["alarm", "music"], "languages": ["en"]}
    ki.TextClassifier(tokenizer=tokenizer, network=network, **options).save(folder / "model.keras")
    return folder


def run(*arguments, code=0):
    result = CliRunner().invoke(app, [*map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


def test_every_report_as_json(folder):
    model, data = folder / "model.keras", folder / "data.tsv"
    found = run("evaluate", model, data, "--json", "-")
    report = json.loads(found.stdout)
    assert [row["made_for"] for row in report["rows"]] == [True, False]
    assert "The model was not made for Swahili" in found.stderr
    assert any("Swahili" in told for told in report["warnings"])
    exported = json.loads(run("export", model, folder / "out", "--formats", "keras", "--json", "-").stdout)
    assert exported["bytes"]["model.keras"] == (folder / "out" / "model.keras").stat().st_size
    verified = run("verify", model, folder / "out", data, "--json", "-")
    assert json.loads(verified.stdout)["ok"] is True
    assert "THE SAME: 1 files, 2 languages (en, sw)" in verified.stderr
    answers = json.loads(run("predict", folder / "out", "wake me", "--json", "-").stdout)["answers"]
    assert [answer["text"] for answer in answers] == ["wake me"]
    # the next command is not told by the last
    assert "THE SAME" in run("verify", model, folder / "out", data).stdout


def test_a_baseline_stands_beside_each_score(folder):
    pytest.importorskip("sklearn")
    model, data = folder / "model.keras", folder / "data.tsv"
    report = json.loads(run("evaluate", model, data, "--baseline", data, "--json", "-").stdout)
    assert [row["baseline"] for row in report["rows"]] == [1.0, 1.0]  # of the texts that it was trained on


def test_a_file_of_texts_keeps_its_columns(folder):
    lines = run("predict", folder / "model.keras", folder / "data.tsv", "--jsonl").stdout.splitlines()
    first = json.loads(lines[0])
    assert (len(lines), first["id"], first["text"], first["label"]) == (16, "r0", "wake me at 0", "alarm")
    assert {one["label"] for one in first["labels"]} <= {"alarm", "music"}
    run("predict", folder / "model.keras", folder / "data.tsv", "--output", folder / "told.tsv")
    assert ki.datasets.read(folder / "told.tsv")["predicted"]
    # what names no file is a text
    assert "missing" in run("predict", folder / "model.keras", "missing").stdout
