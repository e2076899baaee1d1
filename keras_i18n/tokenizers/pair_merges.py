"""The merges of byte-pair encoding: of a word's neighbouring pieces, those of the lowest rank become one, again and again."""

import heapq
import itertools
from collections.abc import Mapping, Sequence

Ranks = Mapping[tuple[int, int], tuple[int, int]]  # (left piece, right piece) -> (rank, piece that they become)


def merged(pieces: Sequence[int], ranks: Ranks) -> list[int]:
    """The pieces of a word after all merges; of equal ranks the left one comes first.

    Sennrich, Haddow and Birch 2016, with a queue of the pairs in place of a search: n log n for n pieces.

    >>> merged([0, 1, 2, 1], {(1, 2): (0, 3), (0, 3): (1, 4)})
    [4, 1]
    """
    pieces = list(pieces)
    count = len(pieces)
    if count < 2:
        return pieces
    before, after = list(range(-1, count - 1)), list(range(1, count + 1))
    queue = [(ranks[pair][0], place, pair) for place, pair in enumerate(itertools.pairwise(pieces)) if pair in ranks]
    heapq.heapify(queue)
    while queue:
        _, place, pair = heapq.heappop(queue)
        other = after[place]
        if pieces[place] != pair[0] or other >= count or pieces[other] != pair[1]:
            continue  # one of the two was merged since
        pieces[place], pieces[other] = ranks[pair][1], -1
        after[place] = after[other]
        if after[other] < count:
            before[after[other]] = place
        for left in (before[place], place):
            right = after[left] if left >= 0 else count
            if right < count and (found := (pieces[left], pieces[right])) in ranks:
                heapq.heappush(queue, (ranks[found][0], left, found))
    return [piece for piece in pieces if piece >= 0]
