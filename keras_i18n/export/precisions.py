"""The table of precisions: how an exported file keeps the weights, and how near its answers must be."""

import dataclasses

from keras_i18n.shown import shown


@dataclasses.dataclass(frozen=True)
class Precision:
    """A row of the table.

    Args:
        tolerance: largest difference of any number to the model's.
        rows: how tables of token vectors are kept, a key of `networks.few_bit_tables`; None where they are floats.
        of_twin: the answers are compared with those of the model's twin, in Keras, whose tables take as few bits. The
            loss against the model itself is no fault of a file: `verify` tells it beside.
    """

    tolerance: float
    rows: str | None = None
    of_twin: bool = False


# Twins hold the numbers that files hold, so that only sums in another order differ, and what a converter lays out in a
# way of its own: the scores of a classifier on the encoder of 16 languages were up to 2.7e-3 off, in 4 and in 3 bits.
_TWIN = 5e-3
PRECISIONS = {
    "float32": Precision(1e-4),
    "float16": Precision(1e-2),
    "int8": Precision(5e-2, rows="int8"),
    "int4_blocks": Precision(_TWIN, rows="int4_blocks", of_twin=True),
    "int4": Precision(_TWIN, rows="int4", of_twin=True),
    "mixed3": Precision(_TWIN, rows="mixed3", of_twin=True),
    "pq2": Precision(_TWIN, rows="pq2", of_twin=True),
    "pq1": Precision(_TWIN, rows="pq1", of_twin=True),
}
TOLERANCES = {name: row.tolerance for name, row in PRECISIONS.items()}
AUTO = "auto"  # the smallest that the limits allow
# those with tables in few bits, which every format can hold
FEW_BITS = tuple(name for name, row in PRECISIONS.items() if row.rows)


def checked_precision(name: str) -> str:
    """The name of a row of the table, or "auto".

    >>> checked_precision("int7")
    Traceback (most recent call last):
    ...
    ValueError: `precision` must be one of float32, float16, int8, int4_blocks, int4, mixed3, pq2, pq1, auto. Received: 'int7'.
    """
    if name != AUTO and name not in PRECISIONS:
        raise ValueError(f"`precision` must be one of {', '.join(PRECISIONS)}, {AUTO}. Received: {shown(name)}.")
    return name
