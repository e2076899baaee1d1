"""Choosing test rows such that every stratum keeps its share and no group is torn."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.shown import shown


def choose_test_rows(
    strata: Sequence[Any], test: float, *, members: Sequence[Any] | None = None, seed: int = 0
) -> np.ndarray:
    """Marks the rows of the test part.

    Args:
        strata: a hashable value a row; each keeps its proportion.
        test: share (a float between 0 and 1) or number (int) of test rows.
        members: a hashable value a row, or None; rows that share it stay together.
        seed: int.

    Returns: bool array `[rows]`.

    Raises:
        ValueError: one part would be empty.
    """
    total = len(strata)
    wanted = round(total * test) if isinstance(test, float) else test
    if not 0 < wanted < total:
        raise ValueError(
            f"`test` must leave rows on both sides: a share between 0 and 1, or a number below {total}. Received: {shown(test)}."
        )
    _, strata = _numbered(strata)
    rng = np.random.default_rng(seed)
    if members is None:
        chosen = _by_row(strata, wanted, rng)
    else:
        chosen = _by_group(strata, _numbered(members)[1], wanted, rng)
    if not 0 < chosen.sum() < total:
        what = "`by`" if members is None else "`groups`"
        raise ValueError(
            f"A split must leave rows on both sides. Received {what} with too few rows a value to split {total} rows. "
            "Split by another column, or by none."
        )
    return chosen


def _numbered(values):
    """Distinct values in the order of their first row, and the number of each row's value."""
    numbers = {}
    rows = np.array([numbers.setdefault(value, len(numbers)) for value in values], np.int64)
    return list(numbers), rows


def _by_row(strata, wanted, rng):
    sizes = np.bincount(strata)
    share = wanted / len(strata)
    quota = np.minimum(np.floor(sizes * share).astype(int), sizes - 1)
    # What rounding down left over goes to the largest remainders; ties are broken by the seed.
    remainder = np.where(sizes - quota > 1, sizes * share - quota, -1.0)
    order = np.lexsort((rng.random(len(sizes)), -remainder))
    order = order[remainder[order] > 0]
    quota[order[: max(0, wanted - quota.sum())]] += 1
    chosen = np.zeros(len(strata), bool)
    by_stratum = np.argsort(strata, kind="stable")
    ends = np.cumsum(sizes)
    for end, size, count in zip(ends, sizes, quota, strict=True):
        chosen[rng.permutation(by_stratum[end - size : end])[:count]] = True
    return chosen


def _by_group(strata, members, wanted, rng):
    """Greedy: the groups in random order, big ones first; each joins the test part if that comes closer to the target.

    The distance is the sum over strata of (test rows - target)^2 / target. What is then still wanted is filled with the
    groups that harm it least. The part never grows beyond what is wanted, unless every group alone is too big.
    """
    target = np.bincount(strata) * (wanted / len(strata))
    taken = np.zeros(len(target))
    sizes = np.bincount(members)
    pairs, pair_sizes = np.unique(members * len(target) + strata, return_counts=True)
    ends = np.cumsum(np.bincount(pairs // len(target)))
    strata_of = list(
        zip(np.split(pairs % len(target), ends[:-1]), np.split(pair_sizes, ends[:-1]), strict=True)
    )  # group -> its strata, rows in each
    joined = np.zeros(len(sizes), bool)

    def gain(group):
        own, added = strata_of[group]
        return (added * (2 * (target[own] - taken[own]) - added) / target[own]).sum()

    def join_if_it_fits(group):
        if taken.sum() + sizes[group] <= wanted:
            own, added = strata_of[group]
            taken[own] += added
            joined[group] = True

    order = rng.permutation(len(sizes))
    for group in order[np.argsort(-sizes[order], kind="stable")]:
        if gain(group) > 0:
            join_if_it_fits(group)
    left = [group for group in order if not joined[group]]
    for group in sorted(left, key=gain, reverse=True):
        join_if_it_fits(group)
    if not joined.any() and len(sizes) > 1:
        joined[order[np.argmin(sizes[order])]] = True
    return joined[members]
