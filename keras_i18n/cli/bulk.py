import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import options
from keras_i18n.cli.console import progress_bar, show_text


def bulk(
    model: Annotated[pathlib.Path, typer.Argument(help="A saved model (.keras) or an exported file.")],
    data: Annotated[
        list[pathlib.Path], typer.Argument(help="Files (.parquet, .tsv, .csv, .jsonl), or a folder of them.")
    ],
    output: Annotated[pathlib.Path, typer.Option(help="Folder of the answers; the same call again goes on there.")],
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="Score a classifier by language; the data has a column of labels.")
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(help="'local' for several processes here, 'auto' or an address for a Ray cluster that runs."),
    ] = None,
    workers: Annotated[int | None, typer.Option(help="The most processes of a cluster; by default one a CPU.")] = None,
    columns: Annotated[
        list[str] | None, typer.Option(help="Keep this column beside the answers; by default all. May be repeated.")
    ] = None,
    shard_rows: Annotated[int, typer.Option(help="Rows of one file of answers.")] = 20_000,
    batch_size: Annotated[int, typer.Option(help="Texts that the model is asked at once.")] = 1024,
    target: Annotated[str | None, typer.Option(help="BCP-47 tag, where a translator writes several languages.")] = None,
    text: str = options.TEXT,
    label: str = options.LABEL,
    language: str = options.LANGUAGE,
) -> None:
    """Label, embed or translate every row of files larger than memory, here or on a cluster.

    What is done follows from the model. The answers are Parquet files, one for each shard of rows, in the order of the
    input: read the folder with pandas, pyarrow, Spark or DuckDB.

    Example: keras-i18n bulk model.keras reviews.parquet --output labelled

    Example: keras-i18n bulk encoder.tflite texts --output vectors --columns id --cluster local
    """
    import keras_i18n

    task = "evaluate" if evaluate else keras_i18n.bulk.task_of(keras_i18n.export.open_file(model))
    if target is not None and task != "translate":
        raise typer.BadParameter("Only a translator has one.", param_hint="--target")
    given: dict[str, Any] = {"columns": tuple(columns)} if columns else {}
    if evaluate:
        given |= {"label": label, "language": language}
    if task == "translate":
        given["target_language"] = target
    with progress_bar("working") as show:
        report = getattr(keras_i18n.bulk, task)(
            model,
            data,
            output,
            text=text,
            cluster=cluster,
            workers=workers,
            shard_rows=shard_rows,
            batch_size=batch_size,
            progress=show,
            **given,
        )
    show_text(report)
