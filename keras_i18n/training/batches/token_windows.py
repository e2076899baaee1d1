"""Batches for a language model: token ids, and the ids that come next."""

from typing import Any

import keras
import numpy as np

from keras_i18n.protocols import TokenIds
from keras_i18n.training.batches.bucketed_batches import BucketedBatches


class TextRows(BucketedBatches):
    """Batches of whole texts of about one length, in a new seeded order at each epoch.

    Args:
        sequences: list of token id arrays, at least two ids each.
        options: batch_size, collate (pads), seed, shuffle as in `BucketedBatches`.
    """

    def __init__(self, sequences: TokenIds, **options: Any) -> None:
        super().__init__(sequences, None, **options)

    def __getitem__(self, index: Any) -> Any:
        token_ids = self.collate([self.inputs[row] for row in self._batches[index]])
        return token_ids[:, :-1], token_ids[:, 1:]


class TokenWindows(keras.utils.PyDataset):
    """Windows of one long sequence, read in several places at once: row by row a batch goes on where the last ended.

    Args:
        token_ids: int32 `(tokens,)`.
        batch_size: places that are read at once, evenly spread; fewer where the sequence is short.
        window: tokens of a window.
        seed: moves the places at each epoch; None leaves them.
    """

    def __init__(self, token_ids: np.ndarray, *, batch_size: int, window: int, seed: int | None = None) -> None:
        super().__init__()
        self.token_ids = token_ids
        self.window = window = max(1, min(window, len(token_ids) - 1))
        self.batch_size = max(1, min(batch_size, (len(token_ids) - 1) // window))
        self.seed = seed
        self.epoch = 0
        self._move()

    def __len__(self) -> int:
        return max(1, (len(self.token_ids) - 1) // (self.batch_size * self.window))

    def __getitem__(self, index: Any) -> Any:
        columns = self._starts[:, None] + index * self.window + np.arange(self.window + 1)
        windows = self.token_ids[columns % len(self.token_ids)]
        return windows[:, :-1], windows[:, 1:]

    def start_epoch(self, epoch: int) -> None:
        """Moves the places as this epoch has them, whichever came before it."""
        self.epoch = epoch
        self._move()

    def _move(self):
        spread = np.arange(self.batch_size) * len(self) * self.window
        room = len(self.token_ids) if self.seed is not None else 1
        self._starts = spread + np.random.default_rng((self.seed or 0, self.epoch)).integers(room)
