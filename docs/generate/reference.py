"""The reference of Python: a page for each room, an entry for each public name, from their docstrings."""

import dataclasses
import importlib
import inspect
import pathlib
import re

import keras_i18n
from docs.generate import docstrings

FOLDER = "look-up/python"
_PAGES = pathlib.Path(__file__).parents[1]
# the modules of a type tell a reader nothing
_MODULES = re.compile(r"\b(?:[a-z_]\w*\.)+(?=[A-Za-z])")


@dataclasses.dataclass(frozen=True)
class Entry:
    """A public name of a room.

    Args:
        room, name: where it is.
        thing: the class, function or table.
    """

    room: str
    name: str
    thing: object

    @property
    def has_example(self) -> bool:
        """Whether its docstring has an example, which the tests run."""
        return ">>>" in (self.thing.__doc__ or "") and not isinstance(self.thing, dict)

    @property
    def used_in(self) -> list[str]:
        """The pages by hand whose code uses it, paths below `docs`."""
        word = re.compile(rf"\b{re.escape(self.name)}\b")
        return [name for name, code in _code_of_pages().items() if word.search(code)]

    @property
    def given_by(self) -> list[str]:
        """`room.name` of the functions, and of the classes with a method, that return it or take its options."""
        if not inspect.isclass(self.thing):
            return []
        word = re.compile(rf"\b{re.escape(self.name)}\b")
        return [f"{one.room}.{one.name}" for one in entries() if one is not self and word.search(_returned(one.thing))]


def entries() -> list[Entry]:
    """Every public name of every room."""
    if not _ENTRIES:
        for room in keras_i18n._ROOMS:
            module = importlib.import_module(f"keras_i18n.{room}")
            _ENTRIES.extend(Entry(room, name, getattr(module, name)) for name in module.__all__)
    return _ENTRIES


_ENTRIES: list[Entry] = []
_CODE: dict[str, str] = {}


def pages() -> dict[str, str]:
    """A page for each room."""
    written = {f"{FOLDER}/index.md": _index()}
    for room in keras_i18n._ROOMS:
        module = importlib.import_module(f"keras_i18n.{room}")
        parts = [f"# {room}", (module.__doc__ or "").strip()]
        parts += [_entry(entry) for entry in entries() if entry.room == room]
        written[f"{FOLDER}/{room}.md"] = "\n\n".join(parts) + "\n"
    return written


def _index():
    rows = ["# Python", "A page for each room of `keras_i18n`. Every example on these pages is run by the tests."]
    for room in keras_i18n._ROOMS:
        names = [f"[`{one.name}`]({room}.md#{room}.{one.name})" for one in entries() if one.room == room]
        first = (importlib.import_module(f"keras_i18n.{room}").__doc__ or "").split("\n")[0]
        rows.append(f"## [{room}]({room}.md)\n\n{first}\n\n{' · '.join(names)}")
    return "\n\n".join(rows) + "\n"


def _entry(entry):
    parts = [f"## {entry.name} {{ #{entry.room}.{entry.name} }}"]
    if isinstance(entry.thing, dict):
        return "\n\n".join([*parts, f"Table of {', '.join(f'`{key}`' for key in entry.thing)}."])
    parts += [_signature(entry.name, entry.thing), docstrings.markdown(inspect.getdoc(entry.thing) or "")]
    links = [f"[{_title(page)}](../../{page})" for page in entry.used_in]
    if links:
        parts.append("Used in: " + ", ".join(links))
    given = [f"[`{name}`]({name.split('.')[0]}.md#{name})" for name in entry.given_by]
    if given and not entry.has_example:
        parts.append("Given or taken by: " + ", ".join(given))
    if inspect.isclass(entry.thing):
        parts += [_method(entry, name, method) for name, method in _methods(entry.thing)]
    return "\n\n".join(part for part in parts if part)


def _method(entry, name, method):
    title = f"### {entry.name}.{name} {{ #{entry.room}.{entry.name}.{name} }}"
    signature = "" if isinstance(method, property) else _signature(f"{entry.name}.{name}", method)
    return "\n\n".join(filter(None, [title, signature, docstrings.markdown(inspect.getdoc(method) or "")]))


def _methods(cls):
    """Public methods and properties with a docstring that this package defines; layers and optimisers have Keras' own."""
    for name, _ in inspect.getmembers(cls):
        owner = next((one for one in cls.__mro__ if name in vars(one)), object)
        raw = inspect.unwrap(vars(owner).get(name)) if callable(vars(owner).get(name)) else vars(owner).get(name)
        if isinstance(raw, classmethod | staticmethod):
            raw = raw.__func__
        if name.startswith("_") or not owner.__module__.startswith("keras_i18n") or not getattr(raw, "__doc__", None):
            continue
        if inspect.isfunction(raw) or isinstance(raw, property):
            yield name, raw


def _signature(name, thing):
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    told = [_parameter(one) for one in signature.parameters.values() if one.name not in ("self", "cls")]
    stars = [place for place, one in enumerate(signature.parameters.values()) if one.kind is one.KEYWORD_ONLY]
    if stars and not any(one.kind is one.VAR_POSITIONAL for one in signature.parameters.values()):
        skipped = sum(one.name in ("self", "cls") for one in signature.parameters.values())
        told.insert(stars[0] - skipped, "*")
    line = f"{name}({', '.join(told)})"
    if len(line) > 88:
        line = f"{name}(\n" + "".join(f"    {one},\n" for one in told) + ")"
    return f"```python\n{line}\n```"


def _parameter(one):
    prefix = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
    default = "" if one.default is one.empty else f"={_shown_default(one.default)}"
    return f"{prefix}{one.name}{default}"


def _shown_default(default):
    return default.__name__ if callable(default) and hasattr(default, "__name__") else repr(default)


def _returned(thing):
    """What a function, or any method of a class, says that it returns, and whose options it takes; without modules."""
    functions = [method for _, method in _methods(thing)] if inspect.isclass(thing) else [thing]
    functions = [one.fget if isinstance(one, property) else one for one in functions]
    functions = [inspect.unwrap(one) for one in functions if callable(one)]
    texts = [str(getattr(one, "__annotations__", {}).get("return", "")) for one in functions]
    texts += re.findall(r"Returns:(.*?)(?:\n\s*\n|$)", "\n\n".join(one.__doc__ or "" for one in functions), re.S)
    texts += re.findall(r"as in (`\w+`)", "\n".join(one.__doc__ or "" for one in functions))
    return _MODULES.sub("", " ".join(texts))


def _code_of_pages():
    if not _CODE:
        for path in sorted(_PAGES.rglob("*.md")):
            found = re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.S | re.M)
            _CODE[str(path.relative_to(_PAGES))] = "\n".join(found)
    return _CODE


def _title(page):
    return (_PAGES / page).read_text(encoding="utf-8").split("\n")[0].removeprefix("# ")
