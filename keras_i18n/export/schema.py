"""Checks plain data against a JSON Schema: the part of the standard that `metadata.schema.json` uses."""

import functools
import json
import pathlib
import re
from typing import Any

_FILE = pathlib.Path(__file__).with_name("metadata.schema.json")


def _is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


_TYPES = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_whole,
    "null": lambda value: value is None,
    "number": lambda value: _is_whole(value) or isinstance(value, float),
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}
KEYWORDS = {
    "$schema", "additionalProperties", "description", "enum", "items", "maximum", "minItems", "minLength", "minimum",
    "pattern", "properties", "required", "title", "type",
}  # fmt: skip


@functools.cache
def metadata_schema() -> dict[str, Any]:
    """The schema of the metadata of exported files, as plain data."""
    return json.loads(_FILE.read_text(encoding="utf-8"))


def problem(value: Any, schema: dict[str, Any], place: str = "") -> str:
    """The first thing in which plain data break a schema.

    Args:
        value: what `json.loads` gives.
        schema: with keywords of `KEYWORDS` only.
        place: how the value is called in the answer.

    Returns:
        The end of a sentence, as "labels is no array: 5"; empty where all is right.
    """
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(_TYPES[name](value) for name in types):
        return f"{place or 'it'} is no {' or '.join(types)}: {value!r:.60}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{place} is none of {', '.join(map(str, schema['enum']))}: {value!r:.60}"
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0) or not re.search(schema.get("pattern", ""), value):
            return f"{place} is not written as it should: {value!r:.60}"
    elif isinstance(value, list):
        return _of_items(value, schema, place)
    elif isinstance(value, dict):
        return _of_members(value, schema, place)
    elif _TYPES["number"](value) and not (
        schema.get("minimum", -float("inf")) <= value <= schema.get("maximum", float("inf"))
    ):
        return f"{place} is out of its bounds: {value!r:.60}"
    return ""


def _of_items(values, schema, place):
    if len(values) < schema.get("minItems", 0):
        return f"{place} is empty"
    items = schema.get("items")
    if items is None:
        return ""
    return next((told for at, value in enumerate(values) if (told := problem(value, items, f"{place}[{at}]"))), "")


def _of_members(values, schema, place):
    missing = [name for name in schema.get("required", ()) if name not in values]
    if missing:
        return f"{place or 'it'} lacks {', '.join(missing)}"
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, value in values.items():
        rule = known.get(name, others)
        if rule is False:
            return f"{place or 'it'} has a member of no known name, {name!r:.60}"
        if isinstance(rule, dict) and (told := problem(value, rule, f"{place}.{name}".lstrip("."))):
            return told
    return ""
