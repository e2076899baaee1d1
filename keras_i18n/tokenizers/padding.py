"""Token ids of several texts as one array."""

import numpy as np

from keras_i18n.protocols import TokenIds


def padded(sequences: TokenIds, padding_id: int) -> np.ndarray:
    """Stacks sequences of ids to int32 `(texts, longest)`, padded on the right.

    >>> padded([np.array([5, 6]), np.array([7])], -1).tolist()
    [[5, 6], [7, -1]]
    """
    lengths = np.fromiter(map(len, sequences), np.int64, len(sequences))
    out = np.full((len(sequences), lengths.max(initial=0)), padding_id, np.int32)
    if out.size:
        out[np.arange(out.shape[1]) < lengths[:, None]] = np.concatenate(sequences)
    return out
