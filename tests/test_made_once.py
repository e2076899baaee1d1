"""A folder that workers share is made by the first who asks, and anew where making it failed."""

import pytest

from tests.made_once import made_once


def test_made_by_the_first(tmp_path_factory):
    def make(folder):
        (folder / "content").write_text("first")

    def make_again(folder):
        raise AssertionError("it was there")

    folder = made_once(tmp_path_factory, "made by the first", make)
    assert made_once(tmp_path_factory, "made by the first", make_again) == folder
    assert (folder / "content").read_text() == "first"


def test_made_anew_where_it_failed(tmp_path_factory):
    def fails(folder):
        (folder / "half").write_text("")
        raise RuntimeError("planted")

    with pytest.raises(RuntimeError, match="planted"):
        made_once(tmp_path_factory, "made anew", fails)
    folder = made_once(tmp_path_factory, "made anew", lambda folder: (folder / "whole").write_text(""))
    assert [path.name for path in folder.iterdir()] == ["whole"]
