"""Where a file will run chooses what it is."""

import pytest

import keras_i18n as ki
from keras_i18n.export.targets import EVERYWHERE


def test_the_table_fits_the_others():
    assert set(EVERYWHERE.formats) == set(ki.export.FORMATS)
    for row in ki.export.TARGETS.values():
        assert set(row.formats) <= set(ki.export.FORMATS)
        assert row.precision in ki.export.PRECISIONS


def test_formats_precision_and_threads(classifier, tmp_path):
    folder = ki.export(classifier, tmp_path / "web", target="web")
    assert [path.name for path in folder.iterdir()] == ["model.onnx"]
    runner = ki.load_exported(folder / "model.onnx")
    assert (runner.metadata.precision, runner.metadata.threads) == ("int4", 1)
    assert '"threads":1' in runner.metadata.to_json()
    # what is given stays
    folder = ki.export(classifier, tmp_path / "edge", target="edge", formats="tflite", precision="float32")
    assert [path.name for path in folder.iterdir()] == ["model.tflite"]
    runner = ki.load_exported(folder / "model.tflite")
    assert (runner.metadata.precision, runner.metadata.threads) == ("float32", 1)
    assert runner.predict(["wake me"]).shape == (1, 3)


def test_an_unknown_target(classifier, tmp_path):
    with pytest.raises(
        ValueError, match=r"`target` must be one of android, ios, web, edge, mediapipe, server\. Received: 'tv'"
    ):
        ki.export(classifier, tmp_path / "tv", target="tv")
    assert not (tmp_path / "tv").exists()
