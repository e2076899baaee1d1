import dataclasses
import pathlib
from typing import Annotated

import typer

from keras_i18n.cli.console import console, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.opening import open_dataset


def inspect(
    model: Annotated[pathlib.Path, typer.Argument(help="A saved classifier or encoder (.keras).")],
    data: Annotated[
        str | None,
        typer.Argument(
            help="Texts with their languages: a file with columns text and language. The sample's unless given."
        ),
    ] = None,
    plot: Annotated[pathlib.Path | None, typer.Option(help="Draw it into this file.")] = None,
    json: JSON = None,
) -> None:
    """Tell what a model consists of, and which of its pieces languages use, before anything is cut.

    Example: keras-i18n inspect topics.keras texts.tsv --plot parts.png
    """
    begin_json(json)
    import keras_i18n
    from keras_i18n import localization

    texts = None if data is None else open_dataset(data)
    with console.status("loading"):
        loaded = keras_i18n.load(model)
    found = localization.inspect(loaded, texts)
    show_text(found)
    used = {row.language: {"unknown": row.unknown, "pieces": len(row.uses)} for row in found.rows}
    write_json({"parts": dataclasses.asdict(found.parts), "scripts": found.scripts, "languages": used}, json)
    if plot is not None:
        found.plot(plot)
        show_text(f"drawn: {plot}")
    show_text(f"Next: keras-i18n localize {model} fr smaller.keras")
