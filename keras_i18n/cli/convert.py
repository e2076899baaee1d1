import dataclasses
import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import options, resources
from keras_i18n.cli.console import console, progress_bar, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.opening import open_dataset


def convert(
    model: Annotated[
        pathlib.Path, typer.Argument(help="A saved classifier or language model (.keras); it stays as it is.")
    ],
    language: Annotated[str, typer.Argument(help="BCP-47 tag of the target language.")],
    to: Annotated[pathlib.Path, typer.Argument(help="Where the converted model goes (.keras).")],
    parallel: resources.PARALLEL = None,
    known: resources.KNOWN = "en",
    texts: resources.TEXTS = None,
    lexicon: resources.LEXICON = None,
    method: Annotated[str, typer.Option(help="Where new rows come from: best, parts, parallel, lexicon, ...")] = "best",
    training_method: Annotated[
        str, typer.Option(help="source: no labels. target: trains the new rows on --train. joint: both languages.")
    ] = "source",
    train: Annotated[str | None, typer.Option(help="Data of the target language, for target and joint.")] = None,
    source_train: Annotated[str | None, typer.Option(help="Data of the source language, for joint.")] = None,
    adjust: Annotated[
        bool, typer.Option(help="Go on with the model's own answers on --texts, balanced by label.")
    ] = False,
    epochs: Annotated[int | None, typer.Option(help="The most passes over the data of target and joint.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same model.")] = 0,
    json: JSON = None,
    text: str = options.TEXT,
    label: str = options.LABEL,
    language_column: Annotated[
        str, typer.Option("--language", help="Column with BCP-47 tags, or one tag.")
    ] = "language",
) -> None:
    """Convert a source-language model into a model of another language.

    Example: keras-i18n convert topics-en.keras sw topics-sw.keras --parallel en-sw.tsv
    """
    begin_json(json)
    resources.check_model_name(to)
    columns: dict[str, Any] = {"text": text, "label": label, "language": language_column}
    from keras_i18n import transfer

    lines = resources.read_lines(texts)
    if adjust and not lines:
        raise typer.BadParameter("It needs texts of the target language: --texts FILE.", param_hint="--adjust")
    data = {
        name: None if path is None else open_dataset(path, **columns)
        for name, path in (("train", train), ("source_train", source_train))
    }
    training = {} if epochs is None else {"epochs": epochs}
    with progress_bar("converting") as show:
        converted, report = transfer.convert_language(
            str(model),
            language,
            parallel=resources.read_pairs(parallel, known, language),
            texts=lines,
            lexicon=list(resources.read_pairs(lexicon, known, language) or ()),
            method=method,
            training_method=training_method,
            seed=seed,
            verbose=0,
            progress=show,
            **data,
            **training,
        )
    show_text(report)
    if adjust:
        with progress_bar("adjusting") as show:
            converted, rounds = transfer.adjust(
                converted, lines, language=language, seed=seed, verbose=0, progress=show
            )
        show_text(rounds)
    with console.status("saving"):
        converted.save(to)
    show_text(f"saved {to}. Next: keras-i18n evaluate {to} DATA")
    told = {field.name: getattr(report, field.name) for field in dataclasses.fields(report) if field.name != "history"}
    write_json({"model": str(to), **told}, json)
