import pathlib
from typing import Annotated

import typer

from keras_i18n.cli.console import progress_bar, show_table, show_text
from keras_i18n.cli.json_output import JSON, begin_json, write_json
from keras_i18n.shown import shown


def benchmark(
    file: Annotated[pathlib.Path, typer.Argument(help="An exported file.")],
    lengths: Annotated[str, typer.Option(help="Code points of the texts, with commas between.")] = "16,105,1000",
    threads: Annotated[str, typer.Option(help="Threads of a call, with commas between.")] = "1",
    repeats: Annotated[int, typer.Option(help="Rounds over the texts.")] = 20,
    json: JSON = None,
) -> None:
    """Measure an exported file: time to load and to answer, memory, size, in each runtime that is installed.

    Each runtime has a process of its own.

    Example: keras-i18n benchmark saved_models/assistant/model.tflite --threads 1,2
    """
    begin_json(json)
    import keras_i18n

    with progress_bar("measuring") as show:
        report = keras_i18n.benchmark(
            file,
            lengths=_numbers(lengths, "--lengths"),
            threads=_numbers(threads, "--threads"),
            repeats=repeats,
            progress=show,
        )
    show_text(f"{report.file}: {report.size_mb:,.2f} MB, {report.precision}")
    show_table(
        ("runtime", "threads", "code points", "p50 ms", "p95 ms", "load ms", "memory MB"),
        [
            (
                *(row.runtime, row.threads, row.length or "-", f"{row.p50_ms:.2f}", f"{row.p95_ms:.2f}"),
                *(f"{row.load_ms:.0f}", f"{row.memory_mb:.1f}"),
            )
            for row in report.rows
        ],
    )
    write_json(report.to_dict(), json)


def _numbers(text, option):
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise ValueError(f"{option} must be whole numbers with commas between. Received: {shown(text)}.") from None
