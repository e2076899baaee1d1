"""What `dir()`, `help()` and completion show: names to be used, and options with their defaults."""

import importlib
import inspect

import pytest

import keras_i18n as ki

ROOMS = [room for room in ki._ROOMS if room != "languages"]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_shows_its_public_names_only(room):
    module = importlib.import_module(f"keras_i18n.{room}")
    assert dir(module) == sorted(module.__all__)


def test_the_package_shows_no_internals():
    assert dir(ki) == sorted(ki.__all__)
    assert "native_logs" not in dir(ki)


def test_options_of_fit_stand_in_its_signature():
    shown = inspect.signature(ki.TextClassifier.fit).parameters
    assert shown["batch_size"].default == 32
    assert shown["progress"].default is None
    assert shown["batch_size"].kind is inspect.Parameter.KEYWORD_ONLY
    assert not [one for one in shown.values() if one.kind is one.VAR_KEYWORD]
    assert inspect.signature(ki.LanguageModel.fit).parameters["window"].default == 64


def test_a_data_set_becomes_a_frame_and_comes_back():
    pytest.importorskip("pandas")
    data = ki.datasets.from_lists(["jua", "sun"], ["sun", "sun"], language=["sw", "en"], id=["1", "1"])
    assert ki.datasets.from_pandas(data.to_pandas()) == data
