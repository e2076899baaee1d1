"""A file that is damaged, cut short or of another kind gives a clear error; a failed export loses nothing."""

import json
import shutil
import zipfile

import pytest

import keras_i18n as ki
from keras_i18n.export import tflite as tflite_format
from keras_i18n.export.formats import FORMATS

FILES = [row.file for row in FORMATS.values() if "." in row.file]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_truncated(exported, tmp_path, file, share):
    whole = (exported("float32") / file).read_bytes()
    cut = tmp_path / file
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ValueError, match=file):
        ki.load_exported(cut)


@pytest.mark.parametrize("file", FILES)
def test_another_kind_of_file(tmp_path, file):
    (tmp_path / file).write_bytes(b"This is a letter to a friend.\n" * 100)
    with pytest.raises(ValueError, match=file):
        ki.load_exported(tmp_path / file)


def test_renamed_endings(exported, tmp_path):
    shutil.copy(exported("float32") / "model.tflite", tmp_path / "model.onnx")
    with pytest.raises(ValueError, match=r"model\.onnx"):
        ki.load_exported(tmp_path / "model.onnx")
    shutil.copy(exported("float32") / "model.tflite", tmp_path / "model.bin")
    with pytest.raises(ValueError, match="exported file such as"):
        ki.load_exported(tmp_path / "model.bin")


def test_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="No exported file"):
        ki.load_exported(tmp_path / "model.onnx")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="SavedModel"):
        ki.load_exported(tmp_path / "empty")


def test_a_later_contract_is_told(exported, tmp_path):
    path = tmp_path / "model.tflite"
    content = (exported("float32") / "model.tflite").read_bytes()
    told = tflite_format.metadata_of(exported("float32") / "model.tflite").to_json()
    with zipfile.ZipFile(exported("float32") / "model.tflite") as archive:
        begin = min(member.header_offset for member in archive.infolist())
    path.write_bytes(content[:begin])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("keras_i18n.json", json.dumps(json.loads(told) | {"contract": 99}))
    with pytest.raises(ValueError, match="contract 99"):
        ki.load_exported(path)


def test_a_failed_export_keeps_the_old_file(classifier, exported, tmp_path, monkeypatch):
    folder = tmp_path / "kept"
    shutil.copytree(exported("float32"), folder)
    before = (folder / "model.tflite").read_bytes()
    monkeypatch.setattr(tflite_format, "operators_of", lambda data: ["Custom: FlexErf"])
    with pytest.raises(ValueError, match="FlexErf"):
        ki.export(classifier, folder, formats="tflite")
    assert (folder / "model.tflite").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == sorted(row.file for row in FORMATS.values())
