"""The narrowest type of whole numbers that runtimes look things up in: 8, 16 or 32 bits, with a sign."""

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import cut

_TYPES = ("int8", "int16", "int32")


def narrowed(values: Array) -> np.ndarray:
    """The same numbers in as few bits as hold them all.

    >>> narrowed([3, -200]).dtype, narrowed([]).dtype
    (dtype('int16'), dtype('int8'))
    """
    values = np.asarray(values, np.int64)
    least, most = values.min(initial=0), values.max(initial=0)
    for name in _TYPES:
        if np.iinfo(name).min <= least and most <= np.iinfo(name).max:
            return values.astype(name)
    raise ValueError(f"Tables hold numbers of 32 bits. Received: {cut(least)} to {cut(most)}.")
