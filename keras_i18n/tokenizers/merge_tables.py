"""Turns the merges of byte-pair encoding into flat tables by which a graph can do many of them at once.

One merge after the other is too slow for a graph. But most may be done at once: a pair is merged in the end whatever
happens around it if every pair that could ever come to share a piece with it has a higher rank. Left of the pair
(b, c) stands the piece a, and while b is not merged, what stands there can only be a piece that has a for its end. So
of each pair (a, b) is kept, beside its own rank, the least rank of any (x, b) where x is a or a piece that merges made
of something and a, which in its turn stands for a; and of any (a, y) in the same way. Both are told by the merges alone.
"""

import dataclasses
from collections.abc import Iterable, Mapping

import numpy as np

from keras_i18n.shown import cut
from keras_i18n.tokenizers import perfect_hash
from keras_i18n.tokenizers.pair_merges import Ranks

NEVER = 2**30  # rank of what is no merge
# (left, right) -> two int32 numbers, and no two pairs alike: the determinant is odd
FIRST_FACTORS = (-1640531535, 2 * 668265263)
SECOND_FACTORS = (-2048144777, 374761393)


@dataclasses.dataclass(frozen=True)
class MergeTables:
    """A `PerfectHash` of pairs of pieces, and what it holds of them, with one more slot for the pairs that it lacks.

    `rank`, `left_least`, `right_least` by slot: see the text of the module. `early` by slot: the rank where a pair may
    be merged before its turn, else `NEVER`; empty where all may. `merged` by rank: what a pair becomes.
    """

    bucket_numbers: np.ndarray
    first: np.ndarray
    second: np.ndarray
    rank: np.ndarray
    left_least: np.ndarray
    right_least: np.ndarray
    early: np.ndarray
    merged: np.ndarray


def pair_codes(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both numbers of pairs of pieces: int32 of int32, of any shape."""
    left, right = np.asarray(left, np.int32), np.asarray(right, np.int32)
    first, second = (left * np.int32(a) + right * np.int32(b) for a, b in (FIRST_FACTORS, SECOND_FACTORS))
    return first, second


def build(ranks: Ranks) -> MergeTables:
    """Builds the tables of merges.

    Args:
        ranks: (left piece, right piece) -> (rank, piece that they become). Pairs may share a rank, when they become the
            same piece.

    Raises:
        ValueError: for more pairs than fit.

    >>> tables = build({(0, 1): (0, 3), (3, 2): (1, 4)})
    >>> tables.merged.tolist(), int((tables.rank < NEVER).sum())
    ([3, 4], 2)
    """
    left_spines, right_spines = _spines(ranks)
    left_least: dict[tuple[int, int], int] = {}
    right_least: dict[tuple[int, int], int] = {}
    for (a, b), (rank, _) in ranks.items():
        for least, pairs in (
            (left_least, ((part, b) for part in right_spines.get(a, (a,)))),
            (right_least, ((a, part) for part in left_spines.get(b, (b,)))),
        ):
            for pair in pairs:
                least[pair] = min(least.get(pair, NEVER), rank)
    pairs = np.array(sorted({*left_least, *right_least}), np.int32).reshape(-1, 2)
    table = perfect_hash.build(*pair_codes(pairs[:, 0], pairs[:, 1]))
    keys = [(left, right) for left, right in pairs.tolist()]

    def by_slot(values):
        numbers = np.full(table.size + 1, NEVER, np.int32)
        numbers[table.slots] = values
        return numbers

    merged = np.zeros(max((rank for rank, _ in ranks.values()), default=0) + 1, np.int32)
    for rank, piece in ranks.values():
        merged[rank] = piece
    late = _late(ranks)
    return MergeTables(
        table.bucket_numbers,
        table.first,
        table.second,
        by_slot([ranks[key][0] if key in ranks else NEVER for key in keys]),
        by_slot([left_least.get(key, NEVER) for key in keys]),
        by_slot([right_least.get(key, NEVER) for key in keys]),
        by_slot([ranks[key][0] if key in ranks and key not in late else NEVER for key in keys])
        if late
        else np.zeros(0, np.int32),
        merged,
    )


def _spines(ranks):
    """Of each piece, what it can begin with, and end with, on the ways that it is made by; itself among them."""
    spines: tuple[dict[int, set[int]], ...] = ({}, {})
    parts: tuple[dict[int, set[int]], ...] = ({}, {})
    for pair, (_, piece) in ranks.items():
        for side in (0, 1):
            parts[side].setdefault(piece, set()).add(pair[side])
    for side in (0, 1):
        for piece in parts[side]:
            found, open_ = {piece}, [piece]
            while open_:
                new = parts[side].get(open_.pop(), set()) - found
                found |= new
                open_ += new
            spines[side][piece] = found
    return spines


def _late(ranks):
    """Pairs that become a piece which may go on with a lower rank: doing them early would let that come too early."""
    least: dict[int, int] = {}
    for pair, (rank, _) in ranks.items():
        for piece in pair:
            least[piece] = min(least.get(piece, NEVER), rank)
    return {pair for pair, (rank, piece) in ranks.items() if least.get(piece, NEVER) <= rank}


def ranks_of(merges: Iterable[tuple[str, str]], ids: Mapping[str, int]) -> Ranks:
    """The ranks of a list of merges of pieces, in its order.

    Raises:
        ValueError: for a merge that comes twice, or names a piece, or makes one, that the vocabulary lacks.

    >>> ranks_of([("a", "b")], {"a": 0, "b": 1, "ab": 2})
    {(0, 1): (0, 2)}
    """
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for rank, (left, right) in enumerate(merges):
        for piece in (left, right, left + right):
            if piece not in ids:
                raise ValueError(
                    "Merges must be of pieces of the vocabulary, and make such. "
                    f"Received: {cut(repr((left, right)))} as merge {cut(rank)}, and {cut(repr(piece))} is none."
                )
        pair = ids[left], ids[right]
        if pair in found:
            raise ValueError(
                f"A merge must come once. Received: {cut(repr((left, right)))} twice, also as merge {cut(rank)}."
            )
        found[pair] = rank, ids[left + right]
    return found
