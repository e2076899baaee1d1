"""Which buckets of a hash are kept, as a bitmap that tells in three look-ups the rank of each of them."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from keras_i18n.shown import cut, shown

MOST_BUCKETS = 2**24
_BLOCK = 256  # buckets whose rank is counted from one number: the counts before a byte of them fit into a byte
# RANKS[8 * byte + place]: how many of the bits below `place` are set where that one is, else -1
RANKS = np.array(
    [(byte & ((1 << place) - 1)).bit_count() if byte >> place & 1 else -1 for byte in range(256) for place in range(8)],
    np.int8,
)


@dataclasses.dataclass(frozen=True, eq=False)
class KeptBuckets:
    """A part of the buckets 0 .. `num_buckets` - 1, each of which has a rank: its new id.

    Attributes:
        num_buckets: of the hash.
        bits: uint8, bucket b is bit b % 8 of byte b // 8.

    >>> kept = KeptBuckets.of([3, 700], num_buckets=1000)
    >>> kept.count, kept.ranks(np.array([3, 4, 700])).tolist(), kept.buckets.tolist()
    (2, [0, -1, 1], [3, 700])
    """

    num_buckets: int
    bits: np.ndarray

    @classmethod
    def of(cls, buckets: Sequence[int] | np.ndarray, *, num_buckets: int) -> Self:
        """Of distinct buckets in rising order.

        Raises:
            ValueError: none, one that is not there, or another order; more than 2 ** 24 buckets in all.
        """
        found = np.asarray(buckets)
        whole = found.ndim == 1 and len(found) > 0 and np.issubdtype(found.dtype, np.integer)
        if not whole or found[0] < 0 or found[-1] >= num_buckets or (np.diff(found) <= 0).any():
            raise ValueError(
                f"`kept_buckets` must be distinct integers from 0 to {num_buckets - 1} in rising order. Received: "
                f"{shown(buckets)}."
            )
        if num_buckets > MOST_BUCKETS:
            raise ValueError(f"`kept_buckets` needs at most 2 ** 24 `num_buckets`. Received: {cut(num_buckets)}.")
        flags = np.zeros(num_buckets, bool)
        flags[found] = True
        return cls(num_buckets, np.packbits(flags, bitorder="little"))

    @functools.cached_property
    def buckets(self) -> np.ndarray:
        """int32, rising."""
        return np.flatnonzero(np.unpackbits(self.bits, count=self.num_buckets, bitorder="little")).astype(np.int32)

    @property
    def count(self) -> int:
        return len(self.buckets)

    @functools.cached_property
    def _ranks(self):
        ranks = np.full(self.num_buckets, -1, np.int32)
        ranks[self.buckets] = np.arange(self.count, dtype=np.int32)
        return ranks

    def ranks(self, buckets: np.ndarray) -> np.ndarray:
        """int32 place of each bucket among those that are kept; -1 for others."""
        return self._ranks[buckets]

    def tables(self) -> dict[str, Any]:
        """What a graph looks ranks up in: `bits`; how many of a block of 256 buckets stand before each byte, uint8; how many
        stand before each block, int32.
        """
        counts = np.bitwise_count(self.bits).astype(np.int32)
        before = np.cumsum(counts) - counts
        blocks = before[:: _BLOCK // 8]
        within = before - np.repeat(blocks, _BLOCK // 8)[: len(before)]
        return {"kept_bits": self.bits, "kept_before": within.astype(np.uint8), "kept_blocks": blocks}
