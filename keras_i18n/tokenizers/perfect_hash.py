"""A perfect hash table over 64-bit fingerprints: one look, no chains, nearly full.

Hash and displace (Belazzougui, Botelho, Dietzfelbinger 2009): the first fingerprint names a bucket, the bucket's
multiplier sends the second fingerprint of each of its keys to a slot that no other key has. Both fingerprints are
kept in the slot, so that what is not in the table is known as such. Half of the first will do where the keys are
fingerprints of texts: of 2^48 substrings one is then taken for a key, of a sentence's 1,700 none in 10^11 sentences.
"""

import dataclasses
import math

import numpy as np

KEYS_PER_BUCKET = 4
MAX_SLOTS = 2**22
HALF = 2**16  # divides a first fingerprint into the half of it that may be kept
# the multiplier of number n is n * MULTIPLIER_STEP + FIRST_MULTIPLIER, which is odd; a bucket's number takes two bytes
MULTIPLIER_STEP, FIRST_MULTIPLIER = (
    int(np.array(number, np.uint32).astype(np.int32)) for number in (2 * 0x9E3779B1 % 2**32, 0x85EBCA77)
)
_NUMBERS = 2**14
# multipliers that are tried for many buckets at once, some after the others; the rest for a bucket alone
_TRIALS = ((0, 4), (4, 16), (16, 64), (64, 192), (192, 512))
_AT_ONCE = 512  # buckets
_FULL = 0.98  # share of the slots that are filled
_ROOM = (1.0, 1.01, 1.05, 1.5)  # tried one after the other


def multipliers_of(numbers: np.ndarray) -> np.ndarray:
    """Multipliers by number, int32 that wrapped."""
    return (np.asarray(numbers, np.int64) * MULTIPLIER_STEP + FIRST_MULTIPLIER).astype(np.int32)


def index(fingerprints: np.ndarray, size: int) -> np.ndarray:
    """int32 numbers to 0 .. size - 1 (an even number): truncating division, which every runtime does alike."""
    step = -(-(2**32) // size)
    magnitude = np.abs(np.asarray(fingerprints, np.int64)) // step
    return np.where(np.asarray(fingerprints) < 0, -magnitude, magnitude) + size // 2


@dataclasses.dataclass(frozen=True)
class PerfectHash:
    """Numbers of the buckets' multipliers, `first` and `second` fingerprints by slot, and the slot of each key."""

    bucket_numbers: np.ndarray
    first: np.ndarray
    second: np.ndarray
    slots: np.ndarray

    @property
    def size(self) -> int:
        """Number of slots."""
        return len(self.first)

    @property
    def first_halves(self) -> np.ndarray:
        """int16 halves of the first fingerprints, which `fingerprint_lookup.find` takes in their place."""
        return (np.sign(self.first) * (np.abs(self.first.astype(np.int64)) // HALF)).astype(np.int16)

    def find(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Slot of each pair of fingerprints, -1 where it is not in the table."""
        multiplier = multipliers_of(self.bucket_numbers[index(first, len(self.bucket_numbers))])
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
    for room in _ROOM:
        size = max(16, _even(len(first) / _FULL * room))
        if size > MAX_SLOTS:
            raise ValueError(
                f"A compiled vocabulary must have at most {int(MAX_SLOTS * _FULL)} keys. Received: {len(first)}. "
                "Trim the vocabulary."
            )
        table = _place(first, second, size)
        if table is not None:
            return table
    raise ValueError(f"No perfect hash was found for {len(first)} keys. Change the vocabulary by one piece.")


def _even(number):
    return 2 * math.ceil(number / 2)


def _place(first, second, size):
    """The table with `size` slots, or None when some bucket finds no place."""
    num_buckets = _even(size / KEYS_PER_BUCKET)
    buckets = index(first, num_buckets)
    order = np.argsort(buckets, kind="stable")
    names, begins, counts = np.unique(buckets[order], return_index=True, return_counts=True)
    numbers = np.zeros(num_buckets, np.int16)
    trials = multipliers_of(np.arange(_NUMBERS))
    slots = np.zeros(len(first), np.int64)
    marks = bytearray(size)
    taken = np.frombuffer(marks, bool)  # the same memory: single slots are asked fast in the one, many in the other
    for group in _groups(np.argsort(-counts, kind="stable"), counts):
        keys = order[begins[group][:, None] + np.arange(counts[group[0]])]  # (buckets, keys)
        own = second[keys]
        # what is taken now stays so; what is free is looked at again when it is its bucket's turn
        found = {}
        left = np.arange(len(group))
        for low, high in _TRIALS:
            found.update(_free_slots(own, left, trials, taken, np.arange(low, high)))
            left = np.setdiff1d(left, list(found))
        for row in range(len(group)):
            free = (one for one in found.get(row, ()) if not any(map(marks.__getitem__, one[1])))
            if (one := next(free, None)) is None:
                begin = found[row][-1][0] + 1 if row in found else _TRIALS[-1][1]
                if (one := _first_free(own, row, trials, taken, begin)) is None:
                    return None
            number, places = one
            for place in places:
                marks[place] = 1
            slots[keys[row]] = places
            numbers[names[group[row]]] = number
    kept = [np.zeros(size, np.int32) for _ in range(2)]
    kept[0][slots], kept[1][slots] = first, second
    return PerfectHash(numbers, *kept, slots)


def _groups(largest_first, counts):
    """Buckets of as many keys, some at a time, in their order."""
    changes = np.flatnonzero(np.diff(counts[largest_first])) + 1
    for same in np.split(largest_first, changes):
        for begin in range(0, len(same), _AT_ONCE):
            yield same[begin : begin + _AT_ONCE]


def _first_free(keys, row, trials, taken, begin):
    """(number, slots) of the first of the multipliers from `begin` on that fits a bucket, or None."""
    middle = min(begin + 256, _NUMBERS)
    for tried in (np.arange(begin, middle), np.arange(middle, _NUMBERS)):
        if found := _free_slots(keys, np.array([row]), trials, taken, tried):
            return found[row][0]
    return None


def _free_slots(keys, rows, trials, taken, tried):
    """Row of `keys`, each a bucket's second fingerprints -> [(number, slots)]: the multipliers of those that are tried
    which send the bucket's keys to free slots, in their order. Rows without one are left out."""
    rows, numbers = np.repeat(rows, len(tried)), np.tile(tried, len(rows))
    places = np.zeros((len(rows), 0), np.int64)
    for column in range(keys.shape[1]):
        slots = index(keys[rows, column] * trials[numbers], len(taken))
        free = ~taken[slots] & ~(places == slots[:, None]).any(axis=1)
        rows, numbers = rows[free], numbers[free]
        places = np.column_stack([places, slots])[free]
    found = {}
    for row, *one in zip(rows.tolist(), numbers.tolist(), places.tolist(), strict=True):
        found.setdefault(row, []).append(one)
    return found
