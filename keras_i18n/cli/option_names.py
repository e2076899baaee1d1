"""Messages of the library in the words of the command line: `backup_dir` is --backup here."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

# names of the library -> those of the commands, where they differ
_CALLED = {
    "backup_dir": "backup",
    "dataset": "data",
    "keep_texts": "keep",
    "labelled": "label",
    "parallel": "parallel",
    "path": "model",
    "validation_data": "validation",
}
# an assignment first: "text=" and "trainable='all'"; then a name in quotes
_ASSIGNED = re.compile(r"`?\b(?P<name>[a-z_]+)=(?:'(?P<value>[^'\n]+)'|(?P<number>\d[\w.-]*)|(?![\w.\[({\"]))`?")
_QUOTED = re.compile(r"`(?P<name>[a-z_]+)`")


def options_of(command: Any) -> dict[str, str]:
    """Name of a parameter of the library -> how the command line calls it.

    Args:
        command: of `click`, with its `params`.
    """
    called = {}
    for parameter in command.params:
        longest = max(parameter.opts, key=len)
        called[parameter.name] = longest if longest.startswith("-") else parameter.name.upper()
        called[longest.lstrip("-").replace("-", "_")] = called[parameter.name]
    return called | {name: called[own] for name, own in _CALLED.items() if own in called and name not in called}


def in_option_names(message: str, called: Mapping[str, str]) -> str:
    """A message with names of parameters replaced by those of options.

    Args:
        message: of an error. called: as `options_of` gives them; other names stay.

    >>> called = {"trainable": "--trainable", "validation_data": "--validation"}
    >>> in_option_names("Give `validation_data`, or train all: trainable='all'. `other` stays.", called)
    'Give --validation, or train all: --trainable all. `other` stays.'
    """

    def assigned(found):
        option = called.get(found["name"])
        value = shlex.quote(found["value"]) if found["value"] else found["number"]
        return found[0] if option is None else option if value is None else f"{option} {value}"

    message = _ASSIGNED.sub(assigned, message)
    return _QUOTED.sub(lambda found: called.get(found["name"], found[0]), message)
