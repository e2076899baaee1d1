"""Learns merges: of all neighbouring pieces the most frequent pair becomes one, again and again."""

import collections
import heapq
import itertools
from collections.abc import Callable, Iterable, Sequence

Pair = tuple[str, str]


def learn_merges(
    words: Iterable[tuple[Sequence[str], int]],
    count: int,
    *,
    joined: Callable[[str, str], str | None],
    least: int = 2,
) -> list[tuple[Pair, int]]:
    """The merges that byte-pair encoding learns from words, the first ones first.

    Args:
        words: pairs (the pieces of a word, how often it stood).
        count: at most so many merges.
        joined: the piece that two make; None where they must not become one.
        least: a pair that stands less often is not merged.

    Returns:
        List of (pair, how often it stood). Of pairs that stand equally often the first by its letters is taken.

    Source: Sennrich, Haddow, Birch 2016, "Neural Machine Translation of Rare Words with Subword Units" (arXiv 1508.07909).

    >>> learn_merges([("jua", 5), ("juu", 3)], 2, joined=lambda a, b: a + b)
    [(('j', 'u'), 8), (('ju', 'a'), 5)]
    """
    cuts, times = [], []
    for pieces, stood in words:
        cuts.append(list(pieces))
        times.append(stood)
    stand: collections.Counter[Pair] = collections.Counter()
    places = collections.defaultdict(set)  # of a pair, the words that may hold it
    for number, cut in enumerate(cuts):
        for pair in itertools.pairwise(cut):
            stand[pair] += times[number]
            places[pair].add(number)
    heap = [(-often, pair) for pair, often in stand.items()]
    heapq.heapify(heap)
    learned: list[tuple[Pair, int]] = []
    while heap and len(learned) < count:
        often, pair = heapq.heappop(heap)
        if -often != stand[pair]:  # it stood more often once
            continue
        if -often < least:
            break
        piece = joined(*pair)
        if piece is None:
            continue
        learned.append((pair, -often))
        changed = set()
        for number in places.pop(pair):
            old = cuts[number]
            new = _merged(old, pair, piece)
            if len(new) == len(old):
                continue
            for before in itertools.pairwise(old):
                stand[before] -= times[number]
                changed.add(before)
            for after in itertools.pairwise(new):
                stand[after] += times[number]
                places[after].add(number)
                changed.add(after)
            cuts[number] = new
        for other in changed:
            if stand[other] > 0:
                heapq.heappush(heap, (-stand[other], other))
    return learned


def _merged(pieces, pair, piece):
    found, place = [], 0
    while place < len(pieces):
        if place + 1 < len(pieces) and (pieces[place], pieces[place + 1]) == pair:
            found.append(piece)
            place += 2
        else:
            found.append(pieces[place])
            place += 1
    return found
