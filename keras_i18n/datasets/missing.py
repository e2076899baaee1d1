"""What counts as a missing value: None, NaN and the NA of pandas."""

_OF_PANDAS = ("NAType", "NaTType")


def is_missing(value: object) -> bool:
    """Whether a table has no value here.

    Example:

    >>> is_missing(None), is_missing(float("nan")), is_missing(""), is_missing("nan")
    (True, True, False, False)
    """
    if value is None or type(value).__name__ in _OF_PANDAS:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # arrays and such
        return False
