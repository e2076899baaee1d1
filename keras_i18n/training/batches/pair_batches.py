"""Batches of sequences and their translations, about one length in each, of few shapes."""

from collections.abc import Callable, Iterator

import numpy as np

from keras_i18n.protocols import TokenIds

_STEPS = ((48, 4), (128, 16), (1 << 20, 64))  # up to this length, widths are multiples of this


class PairBatches:
    """Source and target ids of a training, bucketed by length.

    A batch is `(source_ids, target_ids)`, int32, padded with -1 on the right: `(pairs, width)` and `(pairs, width + 1)`,
    the begin piece counted. Widths are few, and every batch of a width has as many rows, empty ones at the end, so
    that a compiled step is compiled for few shapes.

    Args:
        read: epoch -> source sequences and target sequences; an epoch may cut the texts otherwise.
        batch_tokens: tokens of one side of a batch, padding counted.
        seed: decides the order.

    >>> sequences = [np.arange(n, dtype="int32") for n in (3, 2, 9)]
    >>> batches = PairBatches(lambda epoch: (sequences, sequences), batch_tokens=8, seed=0)
    >>> sorted((source.shape, target.shape) for source, target in batches)
    [((1, 12), (1, 13)), ((2, 4), (2, 5))]
    """

    def __init__(self, read: Callable[[int], tuple[TokenIds, TokenIds]], *, batch_tokens: int, seed: int) -> None:
        self._read, self.batch_tokens, self.seed = read, int(batch_tokens), int(seed)
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> None:
        """Draws the order of an epoch, the same for the same seed."""
        self._source, self._target = self._read(epoch)
        random = np.random.default_rng([self.seed, epoch])
        order = random.permutation(len(self._source))
        widths = np.array([_width(max(len(self._source[row]), len(self._target[row]) - 1)) for row in order])
        self._plan = []
        for width in np.unique(widths):
            rows, size = order[widths == width], max(1, self.batch_tokens // int(width))
            self._plan += [(int(width), size, rows[start : start + size]) for start in range(0, len(rows), size)]
        random.shuffle(self._plan)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._plan)

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for width, size, rows in self._plan:
            yield _padded(self._source, rows, (size, width)), _padded(self._target, rows, (size, width + 1))


def _width(length):
    step = next(step for most, step in _STEPS if length <= most)
    return max(step, -(-length // step) * step)


def _padded(sequences, rows, shape):
    batch = np.full(shape, -1, "int32")
    for place, row in enumerate(rows):
        batch[place, : len(sequences[row])] = sequences[row]
    return batch
