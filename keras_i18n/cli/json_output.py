"""What a command found as JSON, into a file or, for other programs, to standard output."""

import json
import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli.console import console, show_text

JSON = Annotated[
    pathlib.Path | None, typer.Option(help="Write everything to this file; - for standard output, and nothing else.")
]
_STANDARD_OUTPUT = pathlib.Path("-")


def begin_json(path: pathlib.Path | None) -> None:
    """Where JSON goes to standard output, tables and bars go to standard error from here on."""
    console.stderr = path == _STANDARD_OUTPUT


def write_json(content: dict[str, Any], path: pathlib.Path | None) -> None:
    """Writes what a report's `to_dict` gives; nothing without a path.

    Args:
        content: plain data. path: of a file, "-" or None.
    """
    if path is None:
        return
    text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
    if path == _STANDARD_OUTPUT:
        typer.echo(text.encode("utf-8", "backslashreplace"))
        return
    from keras_i18n.files import atomic_path

    with atomic_path(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    show_text(f"wrote {path}")
