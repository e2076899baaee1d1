import pathlib
from typing import Annotated

import typer

from keras_i18n.cli import options
from keras_i18n.cli.console import console
from keras_i18n.cli.opening import open_dataset, open_model


def evaluate(
    model: Annotated[pathlib.Path, typer.Argument(help=options.MODEL)],
    data: Annotated[str, typer.Argument(help=options.DATA)],
    source_language: Annotated[
        str | None, typer.Option(help="The language of the training; tells the gap to it.")
    ] = None,
    csv: Annotated[pathlib.Path | None, typer.Option(help="Write the rows to this file.")] = None,
    json: Annotated[pathlib.Path | None, typer.Option(help="Write everything to this file.")] = None,
    plot: Annotated[pathlib.Path | None, typer.Option(help="Draw a picture (.png, .svg, .pdf).")] = None,
    text: str = options.TEXT,
    label: str = options.LABEL,
    language: str = options.LANGUAGE,
) -> None:
    """Score a model in every language of a data set.

    Example: keras-i18n evaluate model.keras sample:assistant --plot accuracy.png
    """
    dataset = open_dataset(data, text=text, label=label, language=language, part="test")
    from keras_i18n import evaluate_by_language

    with console.status("evaluating"):
        report = evaluate_by_language(open_model(model), dataset, source_language=source_language)
    console.print(str(report), highlight=False)
    for path, write in ((csv, report.to_csv), (json, report.to_json), (plot, report.plot)):
        if path is not None:
            write(path)
            console.print(f"wrote {path}")
