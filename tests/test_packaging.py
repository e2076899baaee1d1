"""What goes into the wheel, and which versions of other packages it asks for."""

import configparser
import fnmatch
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="module")
def setup():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def test_every_file_of_the_package_goes_into_the_wheel(setup):
    patterns = setup["options.package_data"]["keras_i18n"].split()
    files = subprocess.run(["git", "ls-files", "keras_i18n"], cwd=ROOT, capture_output=True, text=True, check=True)
    others = [name.removeprefix("keras_i18n/") for name in files.stdout.split() if not name.endswith(".py")]
    assert "py.typed" in others
    assert [name for name in others if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)] == []
    folders = {path.parent for path in (ROOT / "keras_i18n").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_only_the_shipped_weights_are_large():
    """What a profiler or a benchmark leaves behind is not tracked by chance."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in files.split("\0") if name]
    large = [path.name for path in paths if path.is_file() and path.stat().st_size > 5e6]
    assert large == ["universal.npz"]


def test_keras_is_capped_while_its_privates_are_used(setup):
    needed = dict(line.split(">=") for line in setup["options"]["install_requires"].split("\n") if line)
    assert (ROOT / "keras_i18n" / "keras_privates.py").exists()
    for name in ("keras", "tensorflow"):
        floor, cap = needed[name].split(",<")
        major, minor = map(int, floor.split("."))
        assert cap == f"{major}.{minor + 1}"


def test_the_pinned_versions_are_within_the_bounds(setup):
    from packaging.requirements import Requirement

    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split())
    pins = {name.lower().replace("_", "-"): version for name, version in pins.items()}
    groups = [setup["options"]["install_requires"], *setup["options.extras_require"].values()]
    lines = [line for group in groups for line in group.split("\n") if line and not line.startswith("keras_i18n[")]
    wanted = [Requirement(line) for line in lines]
    assert [str(one) for one in wanted if pins[one.name.lower().replace("_", "-")] not in one.specifier] == []


def test_the_citation_names_the_version():
    from keras_i18n.version import __version__

    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
