"""Ctrl-C and a request to end: half-written files are removed, and what to do next is told, at once."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

# command -> what its --backup keeps, where these are not epochs alone
_KEPT = {"export": "What was tried is", "train": "Finished trials and epochs are"}


class Interrupted(BaseException):
    """A signal that asks to end. No `KeyboardInterrupt`, which the reader of the command line would swallow."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def signals_as_exceptions() -> Iterator[None]:
    """Within the block SIGINT and SIGTERM raise `Interrupted`, so that every `finally` runs."""

    def interrupt(number, frame):
        raise Interrupted(number)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def what_is_kept(arguments: Sequence[str]) -> str:
    """What an interrupted command leaves, and how it goes on.

    >>> what_is_kept(["add-language", "a.keras", "sw", "b.keras", "--backup", "kept"])
    "Interrupted. Files that were not finished were removed. Finished epochs are kept in 'kept': call the same command again and it goes on from there."
    """
    told = "Interrupted. Files that were not finished were removed."
    backup = _option(arguments, "--backup")
    if backup is not None:
        kept = _KEPT.get(arguments[0], "Finished epochs are")
        return f"{told} {kept} kept in '{backup}': call the same command again and it goes on from there."
    if arguments and arguments[0] == "bulk":
        return f"{told} Finished shards are kept: call the same command again and it goes on from there."
    if arguments and arguments[0] in ("train", "add-language"):
        return f"{told} Nothing of the training is kept. With --backup FOLDER it would go on where it stopped."
    return f"{told} Call the same command again to begin anew."


def _option(arguments, name):
    for place, argument in enumerate(arguments):
        if argument == name and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
    return None


def end_at_once(number: int) -> NoReturn:
    """Ends the process as the shell expects of one that a signal ended; threads of native code are not waited for."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(128 + number)
