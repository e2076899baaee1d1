"""What the commands show: a console, progress bars, tables."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

# texts of users are shown as they are: "[/b]" and ":dog:" are text, not markup
console = Console(markup=False, emoji=False)


@contextlib.contextmanager
def progress_bar(told: str, total: int | None = None) -> Iterator[Callable[[Any], None]]:
    """Shows a bar; gives a function that takes what `progress=` tells, a `keras_i18n.progress.Progress`.

    Args:
        told: what is being done.
        total: how much there is to do, where it is known before the first step.
    """
    columns = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    ]
    with Progress(*columns, console=console, transient=not console.is_terminal) as bar:
        task = bar.add_task(told, total=total)

        def show(progress):
            value = "" if progress.value is None else f", {progress.value:.3f}"
            bar.update(
                task, completed=progress.done, total=progress.total, description=f"{told}: {progress.stage}{value}"
            )

        yield show
        bar.update(task, description=told, total=bar.tasks[0].completed)


def show_table(header: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> None:
    """Prints a table; columns after the first are to the right."""
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(header):
        table.add_column(name, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*map(str, row))
    console.print(table)
