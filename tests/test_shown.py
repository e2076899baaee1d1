"""An error message stays short, whatever came: what stands after "Received:" is cut."""

import ast
import tracemalloc

import pytest

from keras_i18n.shown import cut, shown
from tests.test_architecture import place, trees

CUT = {"shown", "cut"}
NUMBERS = {"len", "sum", "float", "round"}
SHORT_ATTRIBUTES = {"shape", "ndim", "dtype", "size", "__name__"}
# sentences of the package's own, written of what is cut or short
SENTENCES = {
    "_OPENERS", "_PIP_LINE", "_way_out", "article", "error.reason", "guess", "hint", "question", "reason", "told",
    "way_out", "which",
}  # fmt: skip
PLACES = {"error.start", "index", "row", "wrong"}  # of a row, an entry or a byte


def after_received(node):
    """What a string expression puts in after "Received:"."""
    found, seen = [], False

    def walk(part):
        nonlocal seen
        if isinstance(part, ast.JoinedStr):
            for one in part.values:
                walk(one)
        elif isinstance(part, ast.BinOp):
            walk(part.left)
            walk(part.right)
        elif isinstance(part, ast.IfExp):
            before = seen
            walk(part.body)
            first, seen = seen, before
            walk(part.orelse)
            seen = seen or first
        elif isinstance(part, ast.Constant):
            seen = seen or (isinstance(part.value, str) and "Received:" in part.value)
        elif seen:
            found.append(part)

    walk(node)
    return found


def is_short(part):
    value = part.value if isinstance(part, ast.FormattedValue) else part
    spec = getattr(part, "format_spec", None)
    if spec is not None and spec.values and str(getattr(spec.values[-1], "value", ""))[-1:] in set(",gfdxe"):
        return True  # a number
    if isinstance(value, ast.Attribute) and value.attr in SHORT_ATTRIBUTES:
        return True
    if isinstance(value, ast.Constant):
        return True
    if isinstance(value, ast.IfExp):
        return is_short(value.body) and is_short(value.orelse)
    if isinstance(value, ast.BinOp):
        return is_short(value.left) and is_short(value.right)
    called = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
    named = called or ast.unparse(value.value if isinstance(value, ast.Subscript) else value)
    return called in CUT | NUMBERS or named in SENTENCES | PLACES


def strings(tree):
    """The string expressions of a file, the outermost of each."""
    inner = set()
    for node in ast.walk(tree):
        if id(node) not in inner and isinstance(node, (ast.JoinedStr, ast.BinOp)):
            inner.update(id(one) for one in ast.walk(node))
            yield node


def uncut(tree):
    return [
        (part.lineno, ast.unparse(part))
        for node in strings(tree)
        for part in after_received(node)
        if not is_short(part)
    ]


def test_what_came_is_cut():
    found = {place(path): uncut(tree) for path, tree in trees().items()}
    assert {path: parts for path, parts in found.items() if parts} == {}


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('f"Must be str. Received: {value!r}."', 1),
        ('f"Must be str. Received: {value!r:.60}."', 1),
        ('f"Must be str. Received: " f"{texts}"', 1),
        ('"Received: " + str(value)', 1),
        ('f"Received: {len(texts)} of {value}"', 1),
        ('f"{value} must be str. Received: {shown(value)}, {len(value)}, {value.shape}, {x:.3g}"', 0),
    ],
)
def test_a_value_that_is_not_cut_is_found(source, count):
    assert len(uncut(ast.parse(source))) == count


class Unprintable:
    def __repr__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("İstanbul", "'İstanbul'"),
        (["a", ("b", {"c": 1}), {2}], "['a', ('b', {'c': 1}), {2}]"),
        ([], "[]"),
        (Unprintable(), "an object of Unprintable"),
        (10**5000, "an object of int"),
        (b"x" * 70, f"{b'x' * 60!r}… (70 bytes)"),
    ],
    ids=["text", "nested", "empty", "unprintable", "huge number", "bytes"],
)
def test_short_values_are_whole_and_strange_ones_told(value, expected):
    assert shown(value) == expected


def test_a_list_in_itself_ends():
    endless = ["a"]
    endless.append(endless)
    assert len(shown(endless)) < 80


@pytest.mark.parametrize("function", [shown, lambda value: shown([value]), lambda value: shown({"a": (1, [value])})])
def test_a_long_text_costs_no_second_one(function):
    text = "é" * 4_000_000
    tracemalloc.start()
    try:
        told = function(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(told) < 100
    assert peak < 100_000


def test_cut_keeps_what_is_short():
    assert cut("de, en") == "de, en"
    assert cut("x" * 301) == "x" * 300 + "… (301 characters)"
    assert cut(Unprintable()) == "an object of Unprintable"
