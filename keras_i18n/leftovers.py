"""Temporary folders whose name says which process made them, so that what a killed one left can be told and cleared."""

import contextlib
import functools
import hashlib
import os
import pathlib
import re
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator

__all__ = ["clear", "temporary_folder", "temporary_name"]

# .model.keras~<machine>-<process>-<when it began>-<random>.writing
_NAME = re.compile(r"\..{0,20}~([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{12}\.writing")
# in such a folder: what stood at the path before, for the moment in which a new version takes its place
ASIDE = "old"


def temporary_name(name: str) -> str:
    """The name of a temporary folder of this process for a file called `name`; another one at each call."""
    # names may be 255 bytes long: 20 signs are 80 at most
    return f".{name[:20]}~{_machine()}-{os.getpid()}-{_began(os.getpid())}-{secrets.token_hex(6)}.writing"


@contextlib.contextmanager
def temporary_folder(name: str) -> Iterator[pathlib.Path]:
    """A folder among the system's temporary files, for its owner alone and removed at the end of the block.

    What killed processes left of such folders is cleared first.

    >>> with temporary_folder("members") as folder:
    ...     folder.is_dir()
    True
    >>> folder.exists()
    False
    """
    parent = pathlib.Path(tempfile.gettempdir())
    clear(parent)
    folder = parent / temporary_name(name)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear(folder: pathlib.Path) -> None:
    """Removes the temporary folders in a folder that dead processes of this machine left, and only those.

    What a process of another machine or of another container made stays: whether it lives cannot be seen from here.
    A version that was put aside when its process died goes back to its place.
    """
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            found = _NAME.fullmatch(entry.name) if entry.name.startswith(".") else None
            if not found or found[1] != _machine() or not entry.is_dir(follow_symlinks=False):
                continue
            if not _lives(int(found[2]), int(found[3])):
                _put_back(pathlib.Path(entry.path), folder)
                shutil.rmtree(entry.path, ignore_errors=True)


def _put_back(left, folder):
    aside = left / ASIDE
    for kept in aside.iterdir() if aside.is_dir() else ():
        if not (folder / kept.name).exists():
            with contextlib.suppress(OSError):
                os.rename(kept, folder / kept.name)


def _lives(process, began):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return _began(process) in (began, 0) or began == 0  # the number may have gone to another process since


@functools.cache
def _machine():
    """This machine since it was started, as far as its processes have numbers of one kind (a container has its own)."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts.append(pathlib.Path("/proc/sys/kernel/random/boot_id").read_text())
    with contextlib.suppress(OSError):
        parts.append(os.readlink("/proc/self/ns/pid"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]


def _began(process):
    """When a process began, in ticks since the machine's start; 0 where the system does not tell."""
    try:
        told = pathlib.Path(f"/proc/{process}/stat").read_text(errors="replace")
        return int(told.rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0
