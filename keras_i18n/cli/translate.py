import pathlib
import sys
from typing import Annotated, Any

import typer

from keras_i18n.cli.console import progress_bar, show_text
from keras_i18n.cli.opening import open_model
from keras_i18n.shown import cut

_BATCH = 1024  # lines of standard input that are translated together


def translate(
    model: Annotated[pathlib.Path, typer.Argument(help="A saved translator (.keras) or an exported one.")],
    texts: Annotated[
        list[str] | None, typer.Argument(help="Texts; without any, the lines of --file or of standard input.")
    ] = None,
    file: Annotated[pathlib.Path | None, typer.Option(help="Translate the lines of this text file.")] = None,
    output: Annotated[
        pathlib.Path | None, typer.Option(help="Write the translations to this file, a line each.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="BCP-47 tag, where the model writes several languages.")] = None,
    beam: Annotated[
        int | None, typer.Option(help="Versions of a translation that are followed; exported files have their own.")
    ] = None,
) -> None:
    """Translate texts.

    Example: keras-i18n translate en-de.keras "A dog runs on the beach."

    Example: keras-i18n translate en-de.keras --file captions.txt --output captions.de.txt --beam 4
    """
    if file is not None and texts:
        raise typer.BadParameter("Give texts or a file of them, not both.", param_hint="--file")
    opened = open_model(model)
    if not hasattr(opened, "translate"):
        raise ValueError(f"`model` must be a translator. Received: '{cut(model)}'.")
    options: dict[str, Any] = {"target_language": target}
    if beam is not None:
        if hasattr(opened, "metadata"):
            told = "An exported file searches as it was exported (keras-i18n export --beam): leave it out."
            raise typer.BadParameter(told, param_hint="--beam")
        options["beam"] = beam
    if texts is None and file is None:
        for lines in _batches(sys.stdin):
            for found in opened.translate(lines, **options):
                print(found.replace("\n", " "), flush=True)
        return
    lines = list(texts or ()) if file is None else file.read_text(encoding="utf-8").splitlines()
    with progress_bar("translating") as show:
        translations = opened.translate(lines, progress=show, **options)
    if output is None:
        for found in translations:
            show_text(found)
        return
    from keras_i18n.files import atomic_path

    with atomic_path(output) as temporary:
        temporary.write_text("".join(f"{found}\n" for found in translations), encoding="utf-8")
    show_text(f"wrote {output}")


def _batches(stream):
    """Lines as they come: one by one from a terminal, many together from a file."""
    most, lines = (1 if stream.isatty() else _BATCH), []
    for line in stream:
        lines.append(line.rstrip("\n"))
        if len(lines) == most:
            yield lines
            lines = []
    if lines:
        yield lines
