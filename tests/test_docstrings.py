"""Every public name has a docstring with an example, and the example runs."""

import doctest
import importlib
import inspect

import pytest

import keras_i18n

ROOMS = [*keras_i18n._ROOMS, "files", "native_logs", "progress", "protocols", "shown", "text_table"]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# names whose example stands elsewhere, and where
ELSEWHERE = {
    "export.verify": "the README",
}


def public_objects():
    for room in ROOMS:
        module = importlib.import_module(f"keras_i18n.{room}")
        names = getattr(module, "__all__", ["text_table"])
        for name in names:
            yield f"{room}.{name}", getattr(module, name)


def callables():
    return [(name, thing) for name, thing in public_objects() if inspect.isclass(thing) or inspect.isfunction(thing)]


@pytest.mark.parametrize(("name", "thing"), callables(), ids=[name for name, _ in callables()])
def test_docstring_and_example(name, thing):
    assert (thing.__doc__ or "").strip(), f"{name} has no docstring"
    finder = doctest.DocTestFinder(recurse=False)
    parser_globals = dict(vars(importlib.import_module(thing.__module__)))
    examples = [test for test in finder.find(thing, name, globs=parser_globals) if test.examples]
    if not examples and (issubclass_of_exception_or_record(thing) or name in ELSEWHERE):
        return
    assert examples, f"{name} has no example"
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    told = []
    for test in examples:
        runner.run(test, out=told.append)
    assert runner.failures == 0, "".join(told)


def issubclass_of_exception_or_record(thing):
    """What a user gets and never makes: reports, rows, errors; the function that gives them has the example."""
    return inspect.isclass(thing) and (
        issubclass(thing, Exception)
        or hasattr(thing, "__dataclass_fields__")
        or thing.__name__ in {"Runner", "TextModel"}
    )
