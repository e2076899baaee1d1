"""How far a mean may lie from what it estimates."""

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import shown


def bootstrap_interval(
    values: Array, *, confidence: float = 0.95, num_bootstrap: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of a mean.

    Texts are drawn anew with replacement `num_bootstrap` times; the interval holds the middle `confidence` of the
    means. Where all values are equal the interval has no width, however few they are: look at the count as well.

    Args:
        values: numbers `[texts]`, such as 1 for a right answer and 0 for a wrong one.
        confidence: float between 0 and 1.
        num_bootstrap: int.
        seed: int; the same seed gives the same interval.

    Returns: `(low, high)`, two floats.

    Raises:
        ValueError: no values, or an option out of its range.

    Source: Efron 1979.

    Example:

    >>> low, high = bootstrap_interval([1] * 80 + [0] * 20)
    >>> bool(0.70 < low < 0.75), bool(0.85 < high < 0.90)
    (True, True)
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"`values` must hold at least one number in a row. Received shape: {values.shape}.")
    if not 0 < confidence < 1:
        raise ValueError(f"`confidence` must lie between 0 and 1, such as 0.95. Received: {shown(confidence)}.")
    if num_bootstrap < 1:
        raise ValueError(f"`num_bootstrap` must be at least 1, such as 1000. Received: {shown(num_bootstrap)}.")
    rng = np.random.default_rng(seed)
    # How often each distinct value is drawn is multinomial: a draw of counts, whatever the number of texts.
    distinct, counts = np.unique(values, return_counts=True)
    means = rng.multinomial(len(values), counts / len(values), size=num_bootstrap) @ distinct / len(values)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)
