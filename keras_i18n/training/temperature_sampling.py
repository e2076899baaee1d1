"""Which rows an epoch sees, where small languages come more often."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_i18n.shown import cut


def sampled_rows(train: Any, options: Any) -> Callable[[int], np.ndarray] | None:
    """Epoch -> the rows that it sees; None where every row is seen once."""
    if options.sampling_temperature is None:
        return None
    if train.language is None:
        raise ValueError(
            f"`sampling_temperature` needs a language for each text. Received: columns {cut(', '.join(train.columns))}."
        )
    rows = type(train)({"text": list(map(str, range(len(train)))), "language": train.language})
    seeds = np.random.SeedSequence(options.seed)

    def draw(epoch):
        seed = np.random.SeedSequence((seeds.entropy, epoch)).generate_state(1)[0]
        drawn = rows.sample(len(rows), alpha=1 / options.sampling_temperature, seed=int(seed))
        return np.array(drawn.text, "int64")

    return draw
