"""`check` on the command line: a page, JSON for other programs, a cleaned file, an exit status."""

import json

import pytest
from typer.testing import CliRunner

import keras_i18n as ki
from keras_i18n.cli import check
from keras_i18n.cli.main import app
from keras_i18n.datasets.writing import write

TEXTS = [f"play song number {number}" for number in range(10)] + [f"wake me at {number}" for number in range(10)]
LABELS = ["music"] * 10 + ["alarm"] * 10


@pytest.fixture
def files(tmp_path):
    write({"text": [*TEXTS, TEXTS[0]], "label": [*LABELS, "music"], "language": ["en"] * 21}, tmp_path / "train.tsv")
    write({"text": ["Wake me, at 3!"], "label": ["alarm"], "language": ["en"]}, tmp_path / "test.tsv")
    return tmp_path


def run(*arguments, code=0):
    result = CliRunner().invoke(app, ["check", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


def test_a_page_with_the_command_that_follows(files):
    page = run(files / "train.tsv", "--test", files / "test.tsv", code=1).stdout
    assert "ERROR near leak: 1 of 1 test texts" in page
    assert f"Next: mend the file, or let keras-i18n check {files / 'train.tsv'} --clean" in page
    page = run(files / "train.tsv", "--clean", files / "clean.tsv").stdout
    assert "wrote" in page
    assert ki.datasets.read(files / "clean.tsv").text == tuple(TEXTS)
    assert "No fault was found." in run(files / "clean.tsv").stdout


def test_the_page_speaks_of_options_not_of_python():
    page = run("sample:assistant").stdout
    assert "and 4 more languages: --json FILE tells them all" in page
    assert "print(" not in page


def test_json_alone_on_standard_output(files):
    found = run(files / "train.tsv", "--test", files / "test.tsv", "--json", "-", code=1)
    assert json.loads(found.stdout)["findings"][0]["fault"] == "near leak"
    assert "near leak" in found.stderr
    run(files / "train.tsv", "--json", files / "found.json")
    assert json.loads((files / "found.json").read_text(encoding="utf-8"))["findings"][0]["fault"] == "duplicate"
    assert "duplicate" in run(files / "train.tsv").stdout


def test_languages_of_a_model(files, monkeypatch):
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=50, compose=False)
    network = ki.networks.pooling(vocabulary_size=50, num_labels=2, size="tiny")
    model = ki.TextClassifier(tokenizer=tokenizer, network=network, labels=["alarm", "music"], languages=["sw"])
    model.save(files / "sw.keras")
    page = run(files / "train.tsv", "--model", files / "sw.keras").stdout
    assert "not made for 1 of 1 languages of the train part (en 21, English)" in page
    assert f"Next: keras-i18n add-language {files / 'sw.keras'} en NEW.keras" in page
    ki.export(model, files / "exported", formats="keras")
    assert "not made for 1 of 1" in run(files / "train.tsv", "--model", files / "exported" / "model.keras").stdout
    assert "not both" in run(files / "train.tsv", "--model", "a.keras", "--preset", "b", code=2).output
    monkeypatch.setattr(check, "open_model", lambda path: lambda texts: ["de"] * len(texts))
    assert "en looks like de" in run(files / "train.tsv", "--identifier", "model.onnx").stdout
