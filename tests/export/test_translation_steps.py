"""An encoder and a step in two files translate as the model does, each in its runtime, token after token."""

import dataclasses
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.export import export_steps, load_steps
from keras_i18n.export.packing import packed
from keras_i18n.export.precisions import PRECISIONS
from keras_i18n.export.streaming_runner import StepRunner, StreamingRunner
from tests.examples.clients import EXAMPLES
from tests.layers.checks import randomise

TEXTS = ["Wake me at six", "cafe\u0301 ok", "", "👩🏽‍🚀 ok", "Wake me. " * 9]
FRESH = """
import json, pathlib, sys
from keras_i18n.export import load_steps
suffix, precisions, texts = json.loads(sys.argv[2])
found = {}
for precision in precisions:
    files = [pathlib.Path(sys.argv[1], precision, f"{part}.{suffix}") for part in ("encoder", "step")]
    found[precision] = load_steps(*files, replay=True).translate(texts)
print(json.dumps(found))
"""
CLIENT = EXAMPLES / "python_litert" / "streamed_translation.py"


def translator(decoder, seed, **made):
    tokenizer = ki.tokenizers.train_unigram(TEXTS * 9, vocabulary_size=60, normalizer="identity", begin=True, end=True)
    size = tokenizer.vocabulary_size + len(made.get("target_languages", ()))
    network = ki.networks.translation(size, size="tiny", dim=8, hidden_dim=4, decoder=decoder)
    randomise(network, seed, scale=1.0)
    return ki.Translator(tokenizer=tokenizer, network=network, source_language="en", max_tokens=40, **made)


@pytest.fixture(scope="module")
def of_two_languages():
    return translator("attention", 1, target_languages=["fr", "de"], beam=3)


@pytest.fixture(scope="module")
def folder(of_two_languages, tmp_path_factory):
    return export_steps(of_two_languages, tmp_path_factory.mktemp("steps"))


def test_two_files_translate_as_the_model(folder, of_two_languages):
    assert sorted(path.name for path in folder.iterdir()) == [
        "encoder.onnx",
        "encoder.tflite",
        "step.onnx",
        "step.tflite",
    ]
    tagged = ["fr", "de", "fr", "de", "fr"]
    with warnings.catch_warnings(action="ignore"):  # the last text is longer than the model reads at once
        expected = of_two_languages.translate(TEXTS, target_language=tagged, beam=1)
        for encoder, step in (("tflite", "tflite"), ("onnx", "onnx"), ("onnx", "tflite")):
            steps = load_steps(folder / f"encoder.{encoder}", folder / f"step.{step}", replay=True)
            assert steps.translate(TEXTS, target_language=tagged) == expected
            grown = [list(steps.stream(text, target_language=tag)) for text, tag in zip(TEXTS, tagged, strict=True)]
            assert [texts[-1] for texts in grown] == expected
            assert max(map(len, grown)) > 3
    assert steps.metadata.target_languages == ("fr", "de")
    assert len(set(expected)) == len(TEXTS)


def test_a_long_text_is_told(folder):
    steps = load_steps(folder / "encoder.onnx", folder / "step.onnx")
    with pytest.warns(UserWarning, match="more than the 40 tokens that the file reads at once"):
        list(steps.stream(TEXTS[-1], target_language="fr"))


def test_an_app_has_numpy_and_the_runtime_alone(tmp_path):
    model = translator("ssru", 2)
    export_steps(model, tmp_path, formats="tflite", precision="int8")
    files = [tmp_path / "encoder.tflite", tmp_path / "step.tflite"]
    ran = subprocess.run([sys.executable, CLIENT, *files, *TEXTS[:4]], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stdout.splitlines() == load_steps(*files).translate(TEXTS[:4])


FEW_BITS = [precision for precision, row in PRECISIONS.items() if row.of_twin]


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
def test_every_precision_opens_in_a_fresh_process(suffix, tmp_path):
    """The golden examples are replayed there, and texts translated as by the model; few bits are the same rows in both formats, and
    each format takes every other one of them."""
    model, expected = translator("ssru", 4), {}
    here = [one for one in PRECISIONS if one not in FEW_BITS or FEW_BITS.index(one) % 2 == (suffix == "onnx")]
    for precision in here:
        row = PRECISIONS[precision]
        export_steps(model, tmp_path / precision, formats=suffix, precision=precision)
        twin = model if row.rows is None else packed(model, precision)
        expected[precision] = twin.translate(TEXTS[:4])
    told = json.dumps([suffix, here, TEXTS[:4]])
    ran = subprocess.run([sys.executable, "-c", FRESH, tmp_path, told], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert json.loads(ran.stdout) == expected


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
def test_steps_choose_among_the_tokens_of_a_shortlist(suffix, tmp_path):
    model = translator("ssru", 4)
    without = model.translate(TEXTS[:4])
    always = np.union1d(np.arange(5, 15), [model.target_tokenizer.end_id])
    nothing = np.full((model.tokenizer.vocabulary_size, 1), -1)
    model.shortlist = ki.models.TranslationShortlist(nothing, always)
    expected = model.translate(TEXTS[:4])
    assert expected != without
    export_steps(model, tmp_path, formats=suffix)
    files = [tmp_path / f"{part}.{suffix}" for part in ("encoder", "step")]
    assert load_steps(*files, replay=True).translate(TEXTS[:4]) == expected


def test_steps_take_no_precision_that_is_searched_for(of_two_languages, tmp_path):
    with pytest.raises(ValueError, match="`precision` must be one of"):
        export_steps(of_two_languages, tmp_path, precision="auto")


def test_what_does_not_belong_together_is_refused(folder, of_two_languages, tmp_path):
    export_steps(translator("attention", 3, target_languages=["fr", "de"]), tmp_path, formats="tflite")
    files = [folder / "encoder.tflite", tmp_path / "step.tflite"]
    with pytest.raises(ValueError, match="must be of the translator whose encoder is"):
        load_steps(*files)
    ran = subprocess.run([sys.executable, CLIENT, *files, "ok"], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "one of another translator" in ran.stderr
    with pytest.raises(ValueError, match="must be the two files of `export_steps`"):
        load_steps(folder / "step.tflite", folder / "step.tflite")
    with pytest.raises(ValueError, match="An encoder and a step translate together"):
        ki.load_exported(folder / "encoder.onnx").predict(["ok"])
    with pytest.raises(ValueError, match="must be one that the file writes"):
        load_steps(folder / "encoder.onnx", folder / "step.onnx").stream("ok", target_language="sw")
    with pytest.raises(ValueError, match="of steps must be some of tflite, onnx"):
        export_steps(of_two_languages, tmp_path, formats="h5")
    with pytest.raises(ValueError, match="`model` must be a Translator"):
        export_steps(of_two_languages.tokenizer, tmp_path)


def test_a_pair_that_translates_otherwise_is_not_kept(of_two_languages, tmp_path, monkeypatch):
    monkeypatch.setattr("keras_i18n.export.golden_replay.replay", lambda runner: ["otherwise"])
    with pytest.raises(ValueError, match="must translate as they say"):
        export_steps(of_two_languages, tmp_path, formats="onnx")
    assert not list(tmp_path.iterdir())
    # half precision may turn a word: `load_steps(replay=True)` tells where it does
    export_steps(of_two_languages, tmp_path, formats="onnx", precision="float16")
    assert len(list(tmp_path.iterdir())) == 2


def test_a_step_without_end_is_stopped(folder):
    steps = load_steps(folder / "encoder.onnx", folder / "step.onnx")
    step = steps._parts[1]
    run = step._run
    step._run = lambda **inputs: [*run(**inputs)[:3], np.ones(1, "int32")]
    with pytest.raises(ValueError, match="must end within its room"):
        list(steps.stream("ok", target_language="fr"))
    told = dataclasses.replace(step.metadata, outputs=("going",))
    with pytest.raises(ValueError, match="must give next_written, next_states, translation, going"):
        StreamingRunner(steps._parts[0], StepRunner(step.path, told, run))
