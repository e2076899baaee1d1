from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np


class BucketedBatches(keras.utils.PyDataset):
    """Batches of inputs of about one length, in a new seeded order at each epoch that `start_epoch` announces.

    The order depends on seed and epoch alone: a training that goes on at epoch 7 sees the texts as one that came there
    from epoch 0.

    Args:
        inputs: list of arrays, an entry a text (token ids of any lengths, or vectors).
        targets: float32 `(texts, labels)`.
        weights: float32 `(texts,)`, or None.
        batch_size: texts of a batch.
        collate: makes one array of the inputs of a batch.
        seed: decides the order.
        shuffle: False keeps texts sorted by length, for validation.
        draw: epoch -> the row numbers that it sees, int64, as many as there are inputs; None for each once.
        padding_id: what widens a batch of token ids; None for inputs of one size.
    """

    # Texts are sorted by length within this many batches: short padding, yet other neighbours at each epoch.
    _BATCHES_SORTED_TOGETHER = 50

    def __init__(
        self,
        inputs: Sequence[Any],
        targets: Any,
        weights: Any = None,
        *,
        batch_size: int,
        collate: Callable[..., Any],
        seed: int = 0,
        shuffle: bool = True,
        draw: Callable[[int], np.ndarray] | None = None,
        padding_id: int | None = None,
    ) -> None:
        super().__init__()
        self.inputs = inputs
        self.targets = targets
        self.weights = weights
        self.batch_size = batch_size
        self.collate = collate
        self.seed = seed
        self.shuffle = shuffle
        self.draw = draw
        self.padding_id = padding_id
        self._lengths = np.array([len(item) for item in inputs])
        self.start_epoch(0)

    def __len__(self) -> int:
        return -(-len(self.inputs) // self.batch_size)

    def __getitem__(self, index: Any) -> Any:
        rows = self._batches[index]
        inputs = self.collate([self.inputs[row] for row in rows])
        if index == 0 and self.padding_id is not None and inputs.shape[1] == self._width(1):
            # Keras takes a size that the first two batches share for one that all batches have
            inputs = np.pad(inputs, [(0, 0), (0, 1)], constant_values=self.padding_id)
        batch = (inputs, self.targets[rows])
        return batch if self.weights is None else (*batch, self.weights[rows])

    def _width(self, index):
        return self._lengths[self._batches[index]].max() if index < len(self._batches) else None

    def start_epoch(self, epoch: int) -> None:
        """Orders the texts anew; epochs count from 0."""
        if not self.shuffle:
            order = np.argsort(self._lengths, kind="stable")
            self._batches = np.array_split(order, range(self.batch_size, len(order), self.batch_size))
            return
        random = np.random.default_rng((self.seed, epoch))
        order = random.permutation(len(self.inputs)) if self.draw is None else self.draw(epoch)
        span = self._BATCHES_SORTED_TOGETHER * self.batch_size
        order = np.concatenate(
            [
                part[np.argsort(self._lengths[part], kind="stable")]
                for part in np.array_split(order, range(span, len(order), span))
            ]
        )
        batches = np.array_split(order, range(self.batch_size, len(order), self.batch_size))
        self._batches = [batches[place] for place in random.permutation(len(batches))]
