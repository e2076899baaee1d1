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
) -> None:
    """Score a model in every language of a data set; of a translator the BLEU and chrF of a file with a column a language.

    Example: keras-i18n evaluate model.keras sample:assistant --baseline sample:assistant --plot accuracy.png

    Example: keras-i18n evaluate en-de.keras en-de.tsv
    """
    begin_json(json)
    with console.status("loading"):
        opened = open_model(model)
    if hasattr(opened, "translate"):
        evaluate_translations(opened, data, source_language=source_language, target_language=target_language, json=json)
        return
    columns: dict[str, Any] = {"text": text, "label": label, "language": language, "label_separator": label_separator}
    dataset = open_dataset(data, **columns, part="test")
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
