"""What several workers of a test run need and what is costly to make: one makes it, the others take its files."""

import fcntl
import os
import pathlib
import shutil
from collections.abc import Callable


def made_once(tmp_path_factory, name: str, make: Callable[[pathlib.Path], object]) -> pathlib.Path:
    """A folder of this test run that all workers see.

    Args:
        tmp_path_factory: pytest's.
        name: of the folder; another one for other content.
        make: fills the folder, which is there; whoever asks meanwhile waits. Tests must leave its files as they are.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, done = base / name, base / f"{name}.made"
    with open(base / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
