"""A list of options in a docstring names each option, and none that is not there."""

import dataclasses
import inspect
import re

import pytest

from tests.test_annotations import functions_of
from tests.test_docstrings import public_objects

_ENTRY = re.compile(r"(?<!\S)((?:\*{0,2}\w+)(?:, \*{0,2}\w+)*):(?=\s|$)")


def listed(docstring, heading):
    """Names that the entries of a section tell of: `name: ...`, `one, other: ...`; None where there is no section."""
    lines = inspect.cleandoc(docstring or "").split("\n")
    if f"{heading}:" not in lines:
        return None
    names = []
    for line in lines[lines.index(f"{heading}:") + 1 :]:
        if line and not line.startswith(" "):
            break
        # an entry begins a line of four blanks; several may stand on one, each after the full stop of the last
        if re.match(r" {4}\S", line):
            first = _ENTRY.match(line, 4)
            names += [] if first is None else first[1].split(", ")
        names += [name for found in re.findall(r"[.;] (\w+(?:, \w+)*): ", line) for name in found.split(", ")]
    return [name.lstrip("*") for name in names]


def documented():
    """(name, names that are listed, names that there are) of every public class and function with such a list."""
    for name, thing in public_objects():
        if dataclasses.is_dataclass(thing):
            found = listed(thing.__doc__, "Args") or listed(thing.__doc__, "Attributes")
            if found is not None:
                yield (
                    name,
                    found,
                    (
                        [field.name for field in dataclasses.fields(thing) if not field.name.startswith("_")],
                        False,
                    ),
                )
        elif inspect.isclass(thing) and listed(thing.__doc__, "Args") is not None and "__init__" in vars(thing):
            yield name, listed(thing.__doc__, "Args"), parameters(thing.__init__)
        for inner, function in functions_of(name, thing):
            if listed(function.__doc__, "Args") is not None:
                yield inner, listed(function.__doc__, "Args"), parameters(function)


def parameters(function):
    """(names that must be listed, whether others may be): `**options` are those of another function."""
    found = inspect.signature(function).parameters.values()
    named = [one.name for one in found if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)]
    return [name for name in named if name not in ("self", "cls")], len(named) < len(found)


def test_a_list_is_read():
    text = """Sum.

    Args:
        one: the first.
            more of it: not an option.
        two, three: others. four: on the same line.

    Returns:
        five: no option.
    """
    assert listed(text, "Args") == ["one", "two", "three", "four"]
    assert listed(text, "Attributes") is None


@pytest.mark.parametrize(
    ("found", "there"), [pytest.param(found, there, id=name) for name, found, there in documented()]
)
def test_lists_name_every_option_and_no_other(found, there):
    assert len(found) == len(set(found)), "an option is listed twice"
    names, others = there
    assert not set(names) - set(found), "options that are not listed"
    assert others or not set(found) - set(names), "listed, and no option"
