"""Every public function says what it takes and gives: a reader, and a type checker, follow a datum by its type."""

import dataclasses
import importlib
import inspect
import typing

import pytest

from tests.test_docstrings import public_objects


def functions_of(name, thing):
    """(name, function) of a public function, or of the public methods that a public class defines itself."""
    if inspect.isfunction(thing):
        yield name, thing
    if not inspect.isclass(thing):
        return
    for attribute, value in vars(thing).items():
        if attribute.startswith("_") and (attribute not in {"__init__", "__call__"} or dataclasses.is_dataclass(thing)):
            continue
        value = getattr(value, "fget", None) or getattr(value, "func", None) or getattr(value, "__func__", value)
        if inspect.isfunction(value):
            yield f"{name}.{attribute}", value


def public_functions():
    found = [one for name, thing in public_objects() for one in functions_of(name, thing)]
    return [one for one in found if one[1].__module__.startswith("keras_i18n.")]


@pytest.mark.parametrize(("name", "function"), [pytest.param(*found, id=found[0]) for found in public_functions()])
def test_is_annotated(name, function):
    signature = inspect.signature(function)
    bare = [
        parameter.name
        for place, parameter in enumerate(signature.parameters.values())
        if parameter.annotation is parameter.empty and not (place == 0 and parameter.name in ("self", "cls"))
    ]
    assert not bare
    assert signature.return_annotation is not signature.empty, "what it returns"


def test_there_are_hundreds_of_them():
    assert len(public_functions()) > 400


def test_annotations_name_things_that_exist():
    """Words in quotes among them as well: `typing.get_type_hints` is what other tools ask."""
    for _, function in public_functions():
        module = importlib.import_module(function.__module__)
        typing.get_type_hints(function, {**vars(module)})
