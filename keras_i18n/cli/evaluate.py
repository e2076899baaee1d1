import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import options
from keras_i18n.cli.console import console, progress_bar, show_text
from keras_i18n.cli.evaluating_translations import evaluate_translations
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.opening import open_dataset, open_model


def evaluate(
    model: Annotated[pathlib.Path, typer.Argument(help=options.MODEL)],
    data: Annotated[str, typer.Argument(help=options.DATA)],
    source_language: Annotated[
        str | None, typer.Option(help="The language of the training; tells the gap to it.")
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            help="Labelled training data: what TF-IDF with a logistic regression learns from it stands beside each score.",
            metavar="DATA",
        ),
    ] = None,
    target_language: Annotated[
        str | None, typer.Option(help="Of a translator: the language to score, if it writes several.")
    ] = None,
    csv: Annotated[pathlib.Path | None, typer.Option(help="Write the rows to this file.")] = None,
    json: JSON = None,
    plot: Annotated[pathlib.Path | None, typer.Option(help="Draw a picture (.png, .svg, .pdf).")] = None,
    text: str = options.TEXT,
    label: str = options.LABEL,
    language: str = options.LANGUAGE,
    label_separator: Annotated[str | None, options.LABEL_SEPARATOR] = None,
    encoding: str = options.ENCODING,
) -> None:
    """Score a model in every language of a data set; of a translator the BLEU and chrF of a file with a column a language.

    Example: keras-i18n evaluate model.keras sample:assistant --baseline sample:assistant --plot accuracy.png

    Example: keras-i18n evaluate en-de.keras en-de.tsv
    """
    begin_json(json)
    columns: dict[str, Any] = {"text": text, "label": label, "language": language, "label_separator": label_separator}
    columns["encoding"] = encoding
    from keras_i18n.opening import checked_path

    checked_path(model, kind="model file", folders=True)
    # data first: what is wrong with it is told at once, and a translator alone reads a file without these columns
    dataset, refused = _dataset(data, columns)
    with console.status("loading"):
        opened = open_model(model)
    if hasattr(opened, "translate"):
        evaluate_translations(opened, data, source_language=source_language, target_language=target_language, json=json)
        return
    if refused is not None:
        raise refused
    beside = None if baseline is None else open_dataset(baseline, **columns)
    if plot is not None and dataset.multi_label:
        raise typer.BadParameter("A picture shows one label a text. Use --csv or --json.", param_hint="--plot")
    from keras_i18n import evaluate_by_language

    if beside is not None:
        from keras_i18n.evaluation import TfidfBaseline

        with console.status("training the baseline"):
            beside = TfidfBaseline(beside)
    with progress_bar("evaluating") as show:
        report = evaluate_by_language(opened, dataset, source_language=source_language, baseline=beside, progress=show)
    show_text(report)
    for path, name in ((csv, "to_csv"), (plot, "plot")):
        if path is not None:
            getattr(report, name)(path)
            show_text(f"wrote {path}")
    write_json(report.to_dict(), json)


def _dataset(data, columns):
    """(the data set, None), or (None, the error) where the file lacks the columns of a classifier's data."""
    from keras_i18n.datasets import DataError

    try:
        return open_dataset(data, **columns, part="test"), None
    except DataError as error:
        if "must have a column" not in error.message:
            raise
        return None, error
