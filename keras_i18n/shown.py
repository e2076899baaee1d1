"""A value as an error message shows it: short, however long the value is."""

import itertools
from typing import Any

__all__ = ["cut", "shown"]


def shown(value: Any, *, limit: int = 60) -> str:
    """`repr`, cut to a length, with how long the whole is.

    Args:
        value: anything; of a long str, list, tuple, set or dict, and of what they hold, only the beginning is looked at.
        limit: the most characters of the value.

    Returns: str of little more than `limit` characters.

    Example:

    >>> shown("alarm"), shown(["alarm", 3]), shown("x" * 400_000, limit=5)
    ("'alarm'", "['alarm', 3]", "'xxxxx'… (400,000 characters)")
    """
    if isinstance(value, str | bytes):
        if len(value) <= limit:
            return repr(value)
        unit = "characters" if isinstance(value, str) else "bytes"
        return f"{value[:limit]!r}… ({len(value):,} {unit})"
    if type(value) in _HOLDERS and len(value) > limit:
        kept = itertools.islice(value.items() if isinstance(value, dict) else value, limit)
        return f"{type(value).__name__} of {len(value):,} entries, beginning with {shown(list(kept), limit=limit)}"
    return cut(_Repr(_beginning(value, limit + 1, [limit + 1])), limit=limit)


def cut(text: Any, *, limit: int = 300) -> str:
    """`str`, cut to a length: for names, paths and sentences, which need no quotes.

    Args:
        text: a str, or anything that has one: a path, an error, a number.
        limit: the most characters of it.

    Returns: str of little more than `limit` characters.

    Example:

    >>> cut("de, en"), cut("x" * 400_000, limit=5)
    ('de, en', 'xxxxx… (400,000 characters)')
    """
    try:
        whole = str(text)
    except Exception:  # somebody else's, or a number of more digits than Python writes
        whole = f"an object of {type(text.value if isinstance(text, _Repr) else text).__name__}"
    if len(whole) <= limit:
        return whole
    return f"{whole[:limit]}…" if isinstance(text, _Repr) else f"{whole[:limit]}… ({len(whole):,} characters)"


_HOLDERS = (list, tuple, set, frozenset, dict)


class _Repr:
    """Something whose text is another's `repr`."""

    def __init__(self, value):
        self.value = value

    def __str__(self):
        return repr(self.value)


def _beginning(value, length, left):
    """A value of which `repr` shows as much as is asked for, made of at most `left` entries of that many characters."""
    if isinstance(value, str | bytes):
        return value[:length]
    if type(value) not in _HOLDERS:
        return value
    left[0] -= 1
    entries = []
    for entry in value.items() if isinstance(value, dict) else value:
        if left[0] < 0:
            break
        left[0] -= 1
        entries.append(_beginning(entry, length, left))
    return type(value)(entries)
