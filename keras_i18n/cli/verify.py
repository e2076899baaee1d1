import pathlib
from typing import Annotated, Any

import typer

from keras_i18n.cli import options
from keras_i18n.cli.console import console, progress_bar, show_table, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.cli.opening import open_dataset
from keras_i18n.shown import cut


def verify(
    model: Annotated[pathlib.Path, typer.Argument(help="The saved model (.keras) that was exported.")],
    folder: Annotated[pathlib.Path, typer.Argument(help="The exported files, or one of them.")],
    data: Annotated[str, typer.Argument(help=options.DATA)] = "sample:assistant",
    max_texts: Annotated[int, typer.Option(help="Texts of each language.")] = 50,
    json: JSON = None,
    text: str = options.TEXT,
    label: str = options.LABEL,
    language: str = options.LANGUAGE,
    label_separator: Annotated[str | None, options.LABEL_SEPARATOR] = None,
) -> None:
    """Compare exported files with the model: format by format, language by language, each in its own runtime.

    Ends with exit status 1 where a file differs.

    Example: keras-i18n verify model.keras saved_models/assistant sample:assistant
    """
    begin_json(json)
    if not folder.exists():
        raise FileNotFoundError(f"'{cut(folder)}' is not there. Export the model first: keras-i18n export.")
    columns: dict[str, Any] = {"text": text, "label": label, "language": language, "label_separator": label_separator}
    dataset = open_dataset(data, **columns, labels_may_lack=True, part="test")
    import keras_i18n

    with console.status("loading"):
        loaded = keras_i18n.load(model)
    with progress_bar("verifying") as show:
        report = keras_i18n.verify(loaded, folder, dataset, max_texts=max_texts, progress=show)
    show_verification(report)
    write_json(report.to_dict(), json)
    if not report.ok:
        raise typer.Exit(1)


def show_verification(report: Any) -> None:
    """A row a format, a line for each difference, and the verdict."""
    show_table(
        ("format", "texts", "largest difference", "label agreement"),
        [
            (name, count, f"{difference:.1e}", f"{agreement:.2%}")
            for name, (count, difference, agreement) in report.by_format().items()
        ],
    )
    for failure in report.failures:
        console.print(f"differs {failure}", style="red", soft_wrap=True)
    show_text(report.verdict())
