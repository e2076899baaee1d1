"""A value as an error message shows it: short, however long the value is."""

import itertools
from typing import Any

__all__ = ["shown"]


def shown(value: Any, *, limit: int = 60) -> str:
    """`repr`, cut to a length, with how long the whole is.

    Args:
        value: anything; of a long str, list, tuple, set or dict only the beginning is looked at.
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
    if type(value) in (list, tuple, set, frozenset, dict) and len(value) > limit:
        kept = itertools.islice(value.items() if isinstance(value, dict) else value, limit)
        return f"{type(value).__name__} of {len(value):,} entries, beginning with {shown(list(kept), limit=limit)}"
    try:
        text = repr(value)
    except Exception:  # a repr of somebody else's
        text = f"an object of {type(value).__name__}"
    return text if len(text) <= limit else f"{text[:limit]}…"
