"""The file of several models in one: what it says of itself is checked before a member is read."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile

import pytest

import keras_i18n as ki
from keras_i18n import networks, tokenizers
from keras_i18n.models.combined import combined_file
from keras_i18n.models.saving.trusted_config import check

MANIFEST = "keras_i18n_combined.json"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    network = networks.pooling(vocabulary_size=50, num_labels=2, size="tiny")
    member = ki.TextClassifier(
        tokenizer=tokenizers.NgramTokenizer(num_buckets=50, compose=False), network=network, labels=["a", "b"]
    )
    path = tmp_path_factory.mktemp("combined") / "two.keras"
    ki.Ensemble([member, member], weights=[1, 3]).save(path)
    return path


def changed(path, target, change, *, compress=zipfile.ZIP_STORED):
    """A copy of the file whose manifest is another."""
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as copy:
        for name in archive.namelist():
            data = archive.read(name)
            if name == MANIFEST:
                data = json.dumps(change(json.loads(data))).encode()
            copy.writestr(name, data, compress_type=compress if name == MANIFEST else zipfile.ZIP_STORED)
    return target


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told | {"config": {"weights": [0.9, 0.1]}},
        lambda told: told | {"sha256": told["sha256"][::-1], "kind": "Router"},
        lambda told: {name: value for name, value in told.items() if name != "digest"},
    ],
    ids=["weights", "kind", "no digest"],
)
def test_a_changed_manifest_is_told(saved, tmp_path, change):
    with pytest.raises(ValueError, match="was changed after it was saved"):
        ki.load(changed(saved, tmp_path / "changed.keras", change))


def test_a_file_of_the_version_before_opens(saved, tmp_path):
    earlier = changed(
        saved, tmp_path / "a.keras", lambda told: {n: v for n, v in told.items() if n != "digest"} | {"version": 1}
    )
    assert ki.load(earlier).weights == (0.25, 0.75)


def test_a_later_version_and_a_manifest_that_is_packed_are_refused(saved, tmp_path):
    with pytest.raises(ValueError, match="a newer keras_i18n may read it"):
        ki.load(changed(saved, tmp_path / "a.keras", lambda told: told | {"version": 3}))
    packed = changed(saved, tmp_path / "b.keras", lambda told: told, compress=zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match="its members are compressed"):
        ki.load(packed)
    long = changed(saved, tmp_path / "c.keras", lambda told: told | {"more": "x" * 2_000_000})
    with pytest.raises(ValueError, match="its manifest is too long"):
        ki.load(long)


KILLED = """
import os, signal, sys
from keras_i18n.models.combined import combined_file
combined_file.load = lambda file: os.kill(os.getpid(), signal.SIGKILL)
combined_file.load_combined(sys.argv[1])
"""


def test_what_a_killed_reader_left_is_cleared_by_the_next(saved, tmp_path, monkeypatch):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    program = [sys.executable, "-W", "ignore", "-c", "import keras_i18n\n" + KILLED, str(saved)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
    (left,) = tmp_path.iterdir()
    assert [file.name for file in left.iterdir()] == ["member_0.keras"]
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shutil.copy(saved, tmp_path / "two.keras")
    assert len(ki.load(tmp_path / "two.keras").members) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["two.keras"]
    assert combined_file.load is ki.load


def test_layers_that_are_large_together_only_are_refused_before_one_is_made():
    layer = {"class_name": "Dense", "module": "keras.layers", "config": {"units": 1_000_000}}
    check(json.dumps([layer]), most_numbers=100)
    with pytest.raises(ValueError, match="asks for 2,000,000 units and more"):
        check(json.dumps([layer] * 1000), most_numbers=100)
    with pytest.raises(ValueError, match="2,000,000,000 units"):
        check(json.dumps([layer | {"config": {"units": 2_000_000_000}}]), most_numbers=100)


def test_a_file_that_was_cut_off_is_not_taken_for_its_last_member(saved, tmp_path):
    with zipfile.ZipFile(saved) as archive:
        second = archive.getinfo("member_1.keras")
        end = archive.getinfo(MANIFEST).header_offset
    assert 0 < second.header_offset < end
    (tmp_path / "cut.keras").write_bytes(saved.read_bytes()[:end])
    with pytest.raises(ValueError, match="a piece of a larger file, cut off"):
        ki.load(tmp_path / "cut.keras")
