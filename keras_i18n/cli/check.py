import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import options
from keras_i18n.cli.console import console, progress_bar, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.opening import open_dataset, open_model


def check(
    data: Annotated[str, typer.Argument(help=options.DATA)],
    test: Annotated[str | None, typer.Option(help="The data that the model will be scored on.")] = None,
    model: Annotated[pathlib.Path | None, typer.Option(help=options.MODEL)] = None,
    preset: Annotated[str | None, typer.Option(help="A pretrained encoder in place of --model.")] = None,
    identifier: Annotated[
        pathlib.Path | None, typer.Option(help="A language identifier, saved or exported, to compare tags with.")
    ] = None,
    clean: Annotated[
        pathlib.Path | None,
        typer.Option(help="Write the data without duplicates, near-empty texts, lost characters and conflicts."),
    ] = None,
    json: JSON = None,
    text: str = options.TEXT,
    label: str = options.LABEL,
    language: str = options.LANGUAGE,
    label_separator: Annotated[str | None, options.LABEL_SEPARATOR] = None,
    encoding: str = options.ENCODING,
) -> None:
    """Look for faults in data before they train or judge a model: leaks, labels, languages, encodings.

    Ends with exit status 1 where scores or labels cannot be trusted.

    Example: keras-i18n check reviews.tsv --test held-out.tsv --model reviews.keras
    """
    begin_json(json)
    columns: dict[str, Any] = {"text": text, "label": label, "language": language, "label_separator": label_separator}
    columns["encoding"] = encoding
    if model is not None and preset is not None:
        raise typer.BadParameter("Give a model or a preset, not both.", param_hint="--preset")
    train = open_dataset(data, **columns)
    held_out = None if test is None else open_dataset(test, **columns, part="test")
    from keras_i18n import datasets

    with console.status("loading"):
        opened = _opened(model, preset)
        judge = None if identifier is None else open_model(identifier)
    with progress_bar("checking") as show:
        report = datasets.check(train, held_out, opened, identify=judge, progress=show)
    names = {"data": data, "test": test or "TEST", "model": str(model or "MODEL.keras")}
    show_text(report.told(**names, rest="--json FILE tells them all"))
    if clean is not None:
        kept = train[report.kept_rows()]
        kept.to_file(clean, label_separator=label_separator)
        show_text(f"wrote {clean}: {len(kept):,} of {len(train):,} rows")
    write_json(report.to_dict(), json)
    if report.errors:
        raise typer.Exit(1)


def _opened(model, preset):
    if preset is not None:
        from keras_i18n import TextEncoder

        return TextEncoder.from_preset(preset)
    return None if model is None else open_model(model)
