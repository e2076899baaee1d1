"""A perfect hash table over 64-bit fingerprints: one look, no chains, nearly full.

Hash and displace (Belazzougui, Botelho, Dietzfelbinger 2009): the first fingerprint names a bucket, the bucket's
multiplier sends the second fingerprint of each of its keys to a slot that no other key has. Both fingerprints are
kept in the slot, so that what is not in the table is known as such.
"""

import dataclasses

import numpy as np

KEYS_PER_BUCKET = 4
MAX_SLOTS_LOG2 = 22
_TRIALS = (np.random.default_rng(3).integers(0, 2**31, 2**14) * 2 + 1).astype(np.uint32).astype(np.int32)


def index(fingerprints: np.ndarray, size: int) -> np.ndarray:
    """int32 numbers to 0 .. size - 1 (a power of two): truncating division, which every runtime does alike."""
    step = 2**32 // size
    magnitude = np.abs(np.asarray(fingerprints, np.int64)) // step
    return np.where(np.asarray(fingerprints) < 0, -magnitude, magnitude) + size // 2


@dataclasses.dataclass(frozen=True)
class PerfectHash:
    """`multipliers` by bucket, `first` and `second` fingerprints by slot, and the slot of each key."""

    multipliers: np.ndarray
    first: np.ndarray
    second: np.ndarray
    slots: np.ndarray

    @property
    def size(self) -> int:
        """Number of slots."""
        return len(self.first)

    def find(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Slot of each pair of fingerprints, -1 where it is not in the table."""
        multiplier = self.multipliers[index(first, len(self.multipliers))]
        slot = index(np.asarray(second, np.int32) * multiplier, self.size)
        return np.where((self.first[slot] == first) & (self.second[slot] == second), slot, -1)


def build(first: np.ndarray, second: np.ndarray) -> PerfectHash:
    """Builds the table of keys given by their two fingerprints.

    Args:
        first, second: int32 arrays, an entry a key.

    Returns:
        A `PerfectHash`.

    Raises:
        ValueError: for two keys with the same fingerprints, or more keys than fit.

    >>> table = build(np.array([5, 9], np.int32), np.array([7, 8], np.int32))
    >>> table.find(np.array([9, 1], np.int32), np.array([8, 1], np.int32)) == [table.slots[1], -1]
    array([ True,  True])
    """
    first, second = np.asarray(first, np.int32), np.asarray(second, np.int32)
    if len(np.unique(np.stack([first, second]), axis=1).T) < len(first):
        raise ValueError("Two keys of a table must differ in their 64-bit fingerprints. Received: two that do not.")
    log2 = max(4, int(np.ceil(np.log2(max(len(first), 1) / 0.985))))
    for size in (2**log2, 2 ** (log2 + 1)):
        if size > 2**MAX_SLOTS_LOG2:
            raise ValueError(
                f"A compiled vocabulary must have at most {2**MAX_SLOTS_LOG2} keys. Received: {len(first)}. "
                "Trim the vocabulary."
            )
        table = _place(first, second, size)
        if table is not None:
            return table
    raise ValueError(f"No perfect hash was found for {len(first)} keys. Change the vocabulary by one piece.")


def _place(first, second, size):
    """The table with `size` slots, or None when some bucket finds no place."""
    buckets = index(first, size // KEYS_PER_BUCKET)
    order = np.argsort(buckets, kind="stable")
    names, begins, counts = np.unique(buckets[order], return_index=True, return_counts=True)
    multipliers = np.ones(size // KEYS_PER_BUCKET, np.int32)
    slots = np.zeros(len(first), np.int64)
    taken = np.zeros(size, bool)
    for bucket in np.argsort(-counts, kind="stable"):
        keys = order[begins[bucket] : begins[bucket] + counts[bucket]]
        for low, high in ((0, 32), (32, 512), (512, len(_TRIALS))):
            tried = index(second[keys][None, :] * _TRIALS[low:high, None], size)  # (trials, keys)
            free = ~taken[tried].any(axis=1)
            if len(keys) > 1:
                ordered = np.sort(tried, axis=1)
                free &= (ordered[:, 1:] != ordered[:, :-1]).all(axis=1)
            if free.any():
                trial = int(free.argmax())
                break
        else:
            return None
        multipliers[names[bucket]] = _TRIALS[low + trial]
        slots[keys] = tried[trial]
        taken[tried[trial]] = True
    kept = [np.zeros(size, np.int32) for _ in range(2)]
    kept[0][slots], kept[1][slots] = first, second
    return PerfectHash(multipliers, *kept, slots)
