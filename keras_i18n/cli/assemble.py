import dataclasses
import pathlib
from typing import Annotated

import typer

from keras_i18n.cli import resources
from keras_i18n.cli.console import console, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json


def assemble(
    body: Annotated[pathlib.Path, typer.Argument(help="The body.keras that `pack` wrote.")],
    to: Annotated[pathlib.Path, typer.Argument(help="Where the model goes (.keras).")],
    packs: Annotated[list[pathlib.Path], typer.Argument(help="The packs, one for each language.")],
    json: JSON = None,
) -> None:
    """Put a body and language packs together: an ordinary model again, for these languages.

    Digests and sizes are checked first. A pack of another body, or one that is damaged, changed or newer, is refused, and
    nothing is written.

    Example: keras-i18n assemble packs/body.keras topics-fr-de.keras packs/fr.pack packs/de.pack
    """
    begin_json(json)
    resources.check_model_name(to)
    from keras_i18n import localization

    with console.status("putting together"):
        model, report = localization.assemble(body, packs)
        model.save(to)
    show_text(report)
    write_json({"model": str(to), **dataclasses.asdict(report)}, json)
    show_text(f"saved {to}. Next: keras-i18n export {to} FOLDER --formats tflite --precision int8")
