"""Warnings of the library, each in a line, as a person reads them."""

import contextlib
import warnings
from collections.abc import Iterator

import typer


@contextlib.contextmanager
def warnings_in_lines() -> Iterator[None]:
    """Within the block a warning is told as "warning: ..." on standard error, without the place in the code."""

    def show(message, category, filename, lineno, file=None, line=None):
        typer.echo(f"warning: {message}", err=True)

    before, warnings.showwarning = warnings.showwarning, show
    try:
        yield
    finally:
        warnings.showwarning = before
