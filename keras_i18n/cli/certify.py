import pathlib
from typing import Annotated

import typer

from keras_i18n.cli import options
from keras_i18n.cli.console import console, progress_bar, show_table
from keras_i18n.cli.opening import open_dataset


def certify(
    path: Annotated[pathlib.Path, typer.Argument(help="The exported files, or one of them.")],
    model: Annotated[
        pathlib.Path | None, typer.Option(help="The saved model that was exported: numbers and token ids are its own.")
    ] = None,
    data: Annotated[str, typer.Option(help=options.DATA)] = "sample:assistant",
    max_texts: Annotated[int, typer.Option(help="Texts of each language.")] = 10,
    clients: Annotated[
        pathlib.Path | None, typer.Option(help="Folder of the clients; by default `examples` of the checkout.")
    ] = None,
    json: Annotated[pathlib.Path | None, typer.Option(help="Write the certificate to this file.")] = None,
    html: Annotated[pathlib.Path | None, typer.Option(help="Write it as a page with pictures.")] = None,
    check: Annotated[
        pathlib.Path | None, typer.Option(help="Certify nothing: compare the files with this certificate.")
    ] = None,
) -> None:
    """Prove exported files in every runtime that is installed: token ids, numbers, labels, time, memory.

    What is not installed is listed as not checked, with the line that installs it. Ends with exit status 1 where a run
    differs or failed, or where --check finds that a certificate does not hold.

    Example: keras-i18n certify saved_models/assistant --model assistant.keras --html certificate.html

    Example: keras-i18n certify saved_models/assistant --check certificate.json
    """
    from keras_i18n import certification

    if check is not None:
        problems = certification.check(check, path)
        for problem in problems:
            console.print(problem, style="red", soft_wrap=True)
        if problems:
            raise typer.Exit(1)
        console.print(f"{check} holds for {path}", soft_wrap=True)
        return
    dataset = open_dataset(data, label=None, part="test")
    loaded = None
    if model is not None:
        import keras_i18n

        with console.status("loading"):
            loaded = keras_i18n.load(model)
    with progress_bar("certifying") as show:
        certificate = certification.certify(
            path, model=loaded, dataset=dataset, max_texts=max_texts, clients=clients, progress=show
        )
    _show(certificate)
    for written, write in ((json, certificate.to_json), (html, certificate.to_html)):
        if written is not None:
            write(written)
            console.print(f"wrote {written}", soft_wrap=True)
    if not certificate.ok:
        raise typer.Exit(1)


def _show(certificate):
    checked = [run for run in certificate.runs if run.status == "checked"]
    show_table(
        ("file", "runtime", "ids equal", "largest difference", "labels", "p50 ms", "MB", ""),
        [
            (
                run.file,
                run.runtime,
                "-" if run.ids_equal is None else "{} of {}".format(*run.ids_equal),
                "-" if run.largest_difference is None else f"{run.largest_difference:.1e}",
                f"{run.label_agreement:.2%}",
                "-" if run.p50_ms is None else f"{run.p50_ms:.2f}",
                "-" if run.memory_mb is None else f"{run.memory_mb:.0f}",
                "passed" if run.passed else "DIFFERS",
            )
            for run in checked
        ],
    )
    for run in certificate.runs:
        if run not in checked:
            style = "red" if run.status == "failed" else "yellow"
            console.print(f"{run.status}: {run.file} in {run.runtime}: {run.told}", style=style, soft_wrap=True)
