"""The kinds of models that a file may hold, and the ways in which files hold them: each registers itself."""

from typing import Any

# name of the class -> the class
KINDS: dict[str, Any] = {}
# member of the archive that tells how it is laid out -> the function that reads such a file
LAYOUTS: dict[str, Any] = {}


def savable(kind: Any) -> Any:
    """Class decorator: `keras_i18n.load` opens files of this kind.

    The class has `from_saved(tokenizer=, network=, config=)`, or for several models in one `from_parts(parts, config)`.
    """
    KINDS[kind.__name__] = kind
    return kind


def layout(member: Any) -> Any:
    """Function decorator: the function reads archives that hold this member; path -> model."""

    def register(read):
        LAYOUTS[member] = read
        return read

    return register


def kinds_with(method: str) -> dict:
    """name -> class, of the kinds that have a method."""
    return {name: kind for name, kind in KINDS.items() if hasattr(kind, method)}
