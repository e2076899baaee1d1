"""A write that fails, is interrupted or finds the disk full leaves the path as it was."""

import errno
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import textwrap
import threading

import pytest

from keras_i18n import files, leftovers
from keras_i18n.files import atomic_path


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def test_a_new_file_and_its_missing_folders(tmp_path):
    with atomic_path(tmp_path / "a" / "b" / "words.tsv.gz") as temporary:
        assert temporary.parent.parent == tmp_path / "a" / "b"
        assert stat.S_IMODE(temporary.parent.stat().st_mode) == 0o700
        assert temporary.name.endswith(".tsv.gz")
        temporary.write_text("שלום")
        assert not (tmp_path / "a" / "b" / "words.tsv.gz").exists()
    assert (tmp_path / "a" / "b" / "words.tsv.gz").read_text() == "שלום"
    assert names(tmp_path / "a" / "b") == ["words.tsv.gz"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_interrupted_write_leaves_the_old_file_only(tmp_path, failure):
    file = tmp_path / "model.keras"
    file.write_text("old")

    def write():
        with atomic_path(file) as temporary:
            temporary.write_text("half")
            raise failure

    with pytest.raises(failure):
        write()
    assert file.read_text() == "old"
    assert names(tmp_path) == ["model.keras"]


def test_a_folder_takes_the_place_of_a_folder(tmp_path):
    target = tmp_path / "saved_model"
    for content in ("one", "two"):
        with atomic_path(target) as temporary:
            (temporary / "variables").mkdir(parents=True)
            (temporary / "variables" / content).write_text(content)
    assert names(target / "variables") == ["two"]
    assert names(tmp_path) == ["saved_model"]


def test_an_interrupted_folder_leaves_the_old_folder_only(tmp_path):
    target = tmp_path / "saved_model"
    target.mkdir()
    (target / "old").write_text("old")

    def write():
        with atomic_path(target) as temporary:
            temporary.mkdir()
            (temporary / "half").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert names(tmp_path) == ["saved_model"]
    assert names(target) == ["old"]


@pytest.mark.parametrize("step", [1, 2])
def test_an_interruption_while_folders_change_places(tmp_path, monkeypatch, step):
    """The interruption comes after the first or the second renaming, where the system cannot exchange two folders."""
    monkeypatch.setattr(files, "_exchanged", lambda one, other: False)
    target = tmp_path / "saved_model"
    target.mkdir()
    (target / "old").write_text("old")
    steps, replace = [], os.replace

    def interrupted(source, destination):
        replace(source, destination)
        steps.append(source)
        if len(steps) == step:
            raise KeyboardInterrupt

    def write():
        with atomic_path(target) as temporary:
            temporary.mkdir()
            (temporary / "new").write_text("new")

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write()
    assert names(target) == (["old"] if step == 1 else ["new"])
    assert names(tmp_path) == ["saved_model"]


def test_a_file_never_swallows_a_folder(tmp_path):
    (tmp_path / "kept").mkdir()
    with pytest.raises(IsADirectoryError, match="choose another name"), atomic_path(tmp_path / "kept") as temporary:
        temporary.write_text("x")
    assert names(tmp_path) == ["kept"]


def test_a_block_that_writes_nothing_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="Nothing was written"), atomic_path(tmp_path / "x"):
        pass


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with atomic_path(tmp_path / "link") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_the_longest_name_of_a_file_system_still_works(tmp_path):
    with atomic_path(tmp_path / ("ж" * 127)) as temporary:
        temporary.write_text("x")
    assert names(tmp_path) == ["ж" * 127]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_device_is_an_error():
    with pytest.raises(OSError, match="No space left") as caught, atomic_path("/dev/full") as temporary:
        temporary.write_bytes(b"x" * 100_000)
    assert caught.value.errno == errno.ENOSPC


def test_a_full_disk_names_the_file_and_keeps_the_old_one(tmp_path):
    """The limit on a file's size stands for the disk; it is set in a process of its own."""
    file = tmp_path / "weights.npz"
    file.write_text("old")
    program = f"""
        import resource, signal
        from keras_i18n.files import atomic_path
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, {resource.RLIM_INFINITY}))
        with atomic_path({str(file)!r}) as temporary:
            temporary.write_bytes(b"x" * 100_000)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Nothing was kept of this write" in done.stderr
    assert str(file) in done.stderr.splitlines()[-1]
    assert names(tmp_path) == ["weights.npz"]
    assert file.read_text() == "old"


_KILLED = """
    import os, pathlib, signal, sys
    from keras_i18n import files
    step, path = sys.argv[1], pathlib.Path(sys.argv[2])
    kill = lambda: os.kill(os.getpid(), signal.SIGKILL)
    if step == "between":
        files._exchanged = lambda one, other: False
        replace = os.replace
        os.replace = lambda one, other: (replace(one, other), kill())
    if step == "exchanged":
        files._remove = lambda path: kill()
    with files.atomic_path(path) as temporary:
        if path.is_dir():
            temporary.mkdir()
            (temporary / "new").write_text("new")
        else:
            temporary.write_text("half")
        if step == "writing":
            kill()
"""


def killed(step, path):
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(_KILLED), step, path], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_the_next_write_clears_what_a_killed_process_left(tmp_path):
    file = tmp_path / "model.h5"
    file.write_text("old")
    killed("writing", file)
    assert file.read_text() == "old"
    (left,) = [name for name in names(tmp_path) if name != "model.h5"]
    assert stat.S_IMODE((tmp_path / left).stat().st_mode) == 0o700
    with files.atomic_path(tmp_path / "another.csv") as temporary:
        temporary.write_text("x")
    assert names(tmp_path) == ["another.csv", "model.h5"]


def test_what_a_living_process_or_somebody_else_made_stays(tmp_path):
    own = re.compile(r"~([0-9a-f]{8})-(\d+)-(\d+)")
    name = leftovers.temporary_name("a.h5")
    machine, process, began = own.search(name).groups()
    kept = {
        "alive": name,
        "another machine": name.replace(machine, "0" * 8).replace(process, "99999999"),
        "a user's": ".a.h5~notes.writing",
    }
    gone = {"dead": name.replace(f"-{process}-", "-99999999-"), "reused": name.replace(f"-{began}-", "-1-")}
    for folder in (*kept.values(), *gone.values()):
        (tmp_path / folder).mkdir()
    with files.atomic_path(tmp_path / "x") as temporary:
        temporary.write_text("x")
    assert names(tmp_path) == sorted([*kept.values(), "x"])


@pytest.mark.parametrize("step", ["between", "exchanged"])
def test_a_process_killed_while_folders_change_places(tmp_path, step):
    target = tmp_path / "saved_model"
    target.mkdir()
    (target / "old").write_text("old")
    killed(step, target)
    assert target.exists() == (step == "exchanged")
    with files.atomic_path(tmp_path / "x") as temporary:
        temporary.write_text("x")
    assert names(tmp_path) == ["saved_model", "x"]
    assert names(target) == (["new"] if step == "exchanged" else ["old"])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot exchange two folders in one step")
def test_at_each_moment_a_version_of_a_folder_stands(tmp_path):
    target = tmp_path / "saved_model"
    target.mkdir()
    (target / "content").write_text("0")
    missing, over = [], threading.Event()

    def watch():
        while not over.is_set():
            try:
                os.stat(target)
            except FileNotFoundError:
                missing.append(1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(300):
        with files.atomic_path(target) as temporary:
            temporary.mkdir()
            (temporary / "content").write_text(str(number))
    over.set()
    watcher.join()
    assert not missing
    assert (target / "content").read_text() == "299"
