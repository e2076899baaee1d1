"""A table in plain text, with columns aligned by what a terminal shows."""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"[-+]?\d|-?$")


def text_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lines of columns: text to the left, what begins with a digit to the right, two blanks between.

    Args:
        header: names of the columns, a list of str.
        rows: lists of str and numbers; what is no str is written with `str`.

    Returns: str without a line end at its end.

    Example:

    >>> print(text_table(["language", "rows"], [["en", 7], ["zh-Hant", 12]]))
    language  rows
    en           7
    zh-Hant     12
    """
    cells = [[str(name) for name in header], *([str(value) for value in row] for row in rows)]
    columns = range(len(header))
    right = [bool(rows) and all(_NUMBER.match(row[column]) for row in cells[1:]) for column in columns]
    widths = [max(_width(row[column]) for row in cells) for column in columns]
    lines = []
    for row in cells:
        padded = [
            " " * (width - _width(cell)) + cell if flush else cell + " " * (width - _width(cell))
            for cell, width, flush in zip(row, widths, right, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def preformatted(text: str) -> str:
    """Text as HTML that keeps its columns, for the `_repr_html_` by which notebooks show a report.

    Args:
        text: such as `text_table` gives.

    Example:

    >>> preformatted("a < b")
    '<pre style="line-height: 1.3">a &lt; b</pre>'
    """
    return f'<pre style="line-height: 1.3">{html.escape(text)}</pre>'


def _width(text):
    """Columns of a terminal: wide characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )
