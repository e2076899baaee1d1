"""A language model's files suggest what the model suggests: text and states in, log probabilities and states out."""

import functools
import json
import subprocess

import numpy as np
import onnx
import pytest

import keras_i18n as ki
from keras_i18n.datasets import Dataset
from keras_i18n.export import tflite as tflite_format
from keras_i18n.export.codepoints import codepoints_of
from keras_i18n.export.metadata import TOLERANCES
from keras_i18n.tokenizers import train_unigram
from tests.layers import mobile_runtime
from tests.models.test_language_model import KINDS, model_of

TEXTS = ["नमस्ते दु", "日本語の", "Iğdır'da ", "", "สวัส", "👩‍👩", "كتاب جديد", "x\ud800"]
FORMATS = ("saved_model", "h5", "keras", "tflite", "onnx")
DATA = Dataset({"text": TEXTS, "language": ["hi", "ja", "tr", "en", "th", "en", "ar", "en"]})


@functools.cache
def model(kind):
    return model_of(kind, num_layers=2, max_tokens=8, weights=0.3, language_tags=["ja", "sw"])


@pytest.fixture(scope="module", params=KINDS)
def exported(request, tmp_path_factory):
    """The model and the folder of its files in every format."""
    folder = tmp_path_factory.mktemp(request.param)
    return model(request.param), ki.export(model(request.param), folder)


def same(found, expected, tolerance):
    assert [one.text for one in found] == [one.text for one in expected]
    chances = [[one.probability for one in some] for some in (found, expected)]
    np.testing.assert_allclose(*chances, atol=tolerance)


def test_every_format_suggests_what_the_model_suggests(exported):
    model, folder = exported
    for name in FORMATS:
        runner = ki.load_exported(folder / ki.export.FORMATS[name].file)
        np.testing.assert_allclose(runner.predict(TEXTS), model.predict(TEXTS), atol=1e-5)
        for text in TEXTS[:4] if name in ("tflite", "onnx") else TEXTS[:2]:
            same(runner.suggest(text, top=5, unit="token"), model.suggest(text, top=5, unit="token"), 1e-5)
        same(runner.suggest("Iğ", top=3), model.suggest("Iğ", top=3), 1e-5)
        same(runner.suggest("日", top=3, language="sw"), model.suggest("日", top=3, language="sw"), 1e-5)
    assert model.suggest("日", language="sw") != model.suggest("日")


def test_verified_with_golden_examples(exported):
    model, folder = exported
    report = ki.verify(model, folder, DATA)
    assert report.ok, report.failures
    assert {row.format for row in report.rows} == set(FORMATS)
    told = json.loads(tflite_format.metadata_of(folder / "model.tflite").to_json())
    assert told["task"] == "text-generation"
    assert tuple(told["labels"]) == model.pieces
    for example in told["golden"]:
        text = "".join(map(chr, example["codepoints"]))
        assert example["ids"] == model.token_ids([text])[0][:-1].tolist()
        expected = model.predict([text])[0][example["tokens"]]
        np.testing.assert_allclose(np.exp(example["output"]), expected, atol=1e-5)


def test_typed_letter_by_letter_or_at_once(exported):
    """What a keyboard does: the states of one call go into the next."""
    model, folder = exported
    for file in ("model.tflite", "model.onnx"):
        runner = ki.load_exported(folder / file)
        states = {
            told["input"]: np.full((1, told["size"]), told["first"], told["dtype"]) for told in told_states(runner)
        }
        for character in "नमस्ते 日本":
            nothing = np.array([[-1]], "int32")
            found, *after = runner._run(codepoints=codepoints_of([character]), token_ids=nothing, **states)
            states = dict(zip(states, after, strict=True))
        np.testing.assert_allclose(np.exp(found), model.predict(["नमस्ते 日本"]), atol=1e-5)


def told_states(runner):
    return runner.metadata.generation["states"]


def test_inputs_outputs_and_operators(exported):
    _, folder = exported
    graph = onnx.load(folder / "model.onnx").graph
    names = [tensor.name for tensor in graph.input]
    assert names[:3] == ["codepoints", "token_ids", "state_0"]
    assert [tensor.name for tensor in graph.output] == ["log_probabilities", *(f"next_{name}" for name in names[2:])]
    for file in ("model.tflite", "model.onnx"):
        assert not [name for name in ki.load_exported(folder / file).operators if "Custom" in name or "." in name]


_SCRIPT = """
import sys
import numpy as np
from tflite_runtime.interpreter import Interpreter

runner = Interpreter(sys.argv[1], num_threads=1).get_signature_runner("serving_default")
with np.load(sys.argv[2]) as given:
    states = {name: given[name] for name in given.files if name.startswith("state_")}
    letters = given["letters"]
for letter in letters:
    found = runner(codepoints=letter.reshape(1, 1), token_ids=np.array([[-1]], "int32"), **states)
    states = {name: found["next_" + name] for name in states}
np.save(sys.argv[3], found["log_probabilities"])
"""


def test_in_the_mobile_runtime(exported, tmp_path):
    if not mobile_runtime.PYTHON.exists():
        pytest.skip("needs the mobile runtime: run `make .venvs/tflite_runtime/.installed`")
    model, folder = exported
    runner = ki.load_exported(folder / "model.tflite")
    states = {told["input"]: np.full((1, told["size"]), told["first"], told["dtype"]) for told in told_states(runner)}
    np.savez(tmp_path / "given.npz", letters=codepoints_of(["नमस्ते 日本"])[0], **states)
    files = [folder / "model.tflite", tmp_path / "given.npz", tmp_path / "found.npy"]
    ran = subprocess.run([mobile_runtime.PYTHON, "-c", _SCRIPT, *files], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-2000:]
    np.testing.assert_allclose(np.exp(np.load(files[2])), model.predict(["नमस्ते 日本"]), atol=1e-5)


@pytest.mark.parametrize(("kind", "precision"), [("lstm", "float16"), ("lstm", "int8"), ("transformer", "int8")])
def test_fewer_bits(kind, precision, tmp_path):
    folder = ki.export(model(kind), tmp_path, formats=["tflite", "onnx"], precision=precision)
    for file in ("model.tflite", "model.onnx"):
        found = ki.load_exported(folder / file).predict(TEXTS)
        assert np.abs(found - model(kind).predict(TEXTS)).max() <= TOLERANCES[precision]


def test_pieces_in_place_of_characters(tmp_path):
    texts = ["wake me at six tomorrow", "wake us at noon", "play the song again", "明日は雨です"] * 4
    tokenizer = train_unigram(texts, vocabulary_size=60, normalizer="identity", begin=True, end=True)
    model = model_of("gru", tokenizer=tokenizer, weights=0.3)
    folder = ki.export(model, tmp_path, formats=["tflite", "keras"])
    for file in ("model.tflite", "model.keras"):
        runner = ki.load_exported(folder / file)
        for text in ("wake me", "wake m", "", "明日"):
            same(runner.suggest(text, top=4), model.suggest(text, top=4), 1e-5)
            same(runner.suggest(text, top=4, unit="token"), model.suggest(text, top=4, unit="token"), 1e-5)


def test_refused(exported):
    _, folder = exported
    runner = ki.load_exported(folder / "model.onnx")
    with pytest.raises(ValueError, match="unit"):
        runner.suggest("a", unit="letter")
    with pytest.raises(ValueError, match="tags"):
        runner.suggest("a", language="fr")
    with pytest.raises(TypeError, match="str"):
        runner.suggest(["a"])
