"""What the commands show: a console, progress bars, tables."""

import contextlib

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

# texts of users are shown as they are: "[/b]" and ":dog:" are text, not markup
console = Console(markup=False, emoji=False)


@contextlib.contextmanager
def progress_bar(told, total=None):
    """Shows a bar; gives a function that takes how much more was done, and another word to show if need be.

    Args:
        told: what is being done.
        total: how much there is to do; None where that is unknown.
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

        def advance(amount=1, now=None):
            bar.update(task, advance=amount, description=told if now is None else f"{told}: {now}")

        yield advance
        bar.update(task, description=told, total=bar.tasks[0].completed if total is None else total)


def show_table(header, rows, *, title=None):
    """Prints a table; columns after the first are to the right."""
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(header):
        table.add_column(name, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*map(str, row))
    console.print(table)
