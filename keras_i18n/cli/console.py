"""What the commands show: a console, progress bars, tables."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from keras_i18n.progress import ShownProgress
from keras_i18n.text_table import text_table

# texts of users are shown as they are: "[/b]" and ":dog:" are text, not markup
console = Console(markup=False, emoji=False)
_PATIENCE = 3.0  # seconds until a pipe is told that work goes on


@contextlib.contextmanager
def progress_bar(told: str, total: int | None = None) -> Iterator[Callable[[Any], None]]:
    """Shows a bar, in pipes and files lines; gives a function that takes what `progress=` tells, a `Progress`.

    Args:
        told: what is being done.
        total: how much there is to do, where it is known before the first step.
    """
    if not console.is_terminal:
        yield ShownProgress(screen="lines", patience=_PATIENCE)
        return
    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    ]
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(told, total=total)

        def show(progress):
            name = "loss " if progress.stage == "epochs" else ""
            value = "" if progress.value is None else f", {name}{progress.value:.3f}"
            bar.update(
                task, completed=progress.done, total=progress.total, description=f"{told}: {progress.stage}{value}"
            )

        yield show
        bar.update(task, description=told, total=bar.tasks[0].completed)


def show_text(report: Any) -> None:
    """Prints a report or a line as it is: never cut into several lines here, nor coloured."""
    console.print(str(report), highlight=False, soft_wrap=True)


def show_table(header: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> None:
    """Prints a table; columns after the first are to the right. In pipes and files a row is a line, however long."""
    if not console.is_terminal:
        cells = [[" ".join(str(cell).splitlines()) for cell in row] for row in rows]
        show_text("\n".join([*([title] if title else []), text_table(header, cells)]))
        return
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(header):
        table.add_column(name, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*map(str, row))
    console.print(table)
