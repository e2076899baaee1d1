"""float32 scores as int32 numbers, exactly: converters round float tables to float16 or int8, and never integers.

A score is a whole number of 24 bits times a power of two. Both are packed into one positive int32, because the way
that runtimes shift and divide negative numbers differs.
"""

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import cut

EXPONENT_BITS = 5
NUM_EXPONENTS = 1 << EXPONENT_BITS
OFFSET = 1 << 24  # makes the mantissa positive
SCALE = np.float32(2.0**-18)
POWERS = (2.0 ** np.arange(-24, -24 + NUM_EXPONENTS)).astype(np.float32)  # float16 holds 2^-24 and more
_LOWEST = -24 - 18  # exponent of the unit of the smallest scores


def pack(scores: Array) -> np.ndarray:
    """int32 numbers from which a graph makes the very scores again.

    Args:
        scores: float32 `(pieces,)`.

    Raises:
        ValueError: for a score that is not 0 and lies outside of 2^-19 .. 2^13 in magnitude, or is no number.

    >>> import numpy as np
    >>> bool((unpack(pack(np.float32([-9.25, 0.1, 0.0]))) == np.float32([-9.25, 0.1, 0.0])).all())
    True
    """
    scores = np.asarray(scores, np.float32)
    if not np.isfinite(scores).all():
        raise ValueError("Scores of pieces must be finite. Received: one that is not.")
    _, exponent = np.frexp(scores.astype(np.float64))
    place = np.where(scores == 0, 0, exponent - 24 - _LOWEST)
    if place.min(initial=0) < 0 or place.max(initial=0) >= NUM_EXPONENTS:
        worst = scores[np.argmax(np.maximum(-place, place - NUM_EXPONENTS + 1))]
        raise ValueError(
            f"Scores of pieces must be 0 or lie within 2^{_LOWEST + 23} .. 2^{_LOWEST + NUM_EXPONENTS + 23} in magnitude. "
            f"Received: {cut(worst)}."
        )
    mantissa = np.ldexp(scores.astype(np.float64), -(place + _LOWEST)).astype(np.int64) + OFFSET
    return (mantissa * NUM_EXPONENTS + place).astype(np.int32)


def unpack(packed: Array) -> np.ndarray:
    """The float32 scores that `pack` was given."""
    mantissa, place = np.divmod(np.asarray(packed, np.int64), NUM_EXPONENTS)
    return ((mantissa - OFFSET).astype(np.float32) * SCALE * POWERS[place]).astype(np.float32)
