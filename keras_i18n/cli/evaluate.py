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
    label_separator: Annotated[str | None, options.LABEL_SEPARATOR] = None,
) -> None:
    """Score a model in every language of a data set.

    Example: keras-i18n evaluate model.keras sample:assistant --plot accuracy.png
    """
    dataset = open_dataset(
        data, text=text, label=label, language=language, label_separator=label_separator, part="test"
    )
    if plot is not None and dataset.multi_label:
        raise typer.BadParameter("A picture shows one label a text. Use --csv or --json.", param_hint="--plot")
    from keras_i18n import evaluate_by_language

    with console.status("evaluating"):
        report = evaluate_by_language(open_model(model), dataset, source_language=source_language)
    console.print(str(report), highlight=False, soft_wrap=True)
    for path, name in ((csv, "to_csv"), (json, "to_json"), (plot, "plot")):
        if path is not None:
            getattr(report, name)(path)
            console.print(f"wrote {path}")
