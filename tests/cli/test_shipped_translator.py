"""The small translator of `saved_models` is the one that its description tells of, and translates at once."""

import hashlib
import json
import pathlib

from typer.testing import CliRunner

from keras_i18n.cli.main import app

FOLDER = pathlib.Path(__file__).parents[2] / "saved_models"


def test_it_is_what_its_description_tells():
    told = json.loads((FOLDER / "en-de.json").read_text("utf-8"))
    data = (FOLDER / told["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == told["sha256"]
    assert len(data) == told["bytes"] < 5_000_000
    assert told["test_2016_flickr"]["bleu"] > 30


def test_it_translates_at_once():
    result = CliRunner().invoke(app, ["translate", str(FOLDER / "en-de.tflite"), "A dog runs on the beach."])
    assert result.exit_code == 0, result.output
    assert {"Hund", "Strand"} <= set(result.output.replace(".", " ").split())
