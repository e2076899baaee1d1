"""How many rows of a token table are kept, and in how many bits each, where a file may have so many bytes.

Source: Shoham and Gersho 1988, "Efficient bit allocation for an arbitrary set of quantizers": with one price for a byte,
every row takes the precision that is worth its bytes to it; the price is raised until all fit.
"""

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from keras_i18n import layers
from keras_i18n.layers.stored_rows import MakeRows

# of a piece in the tables where it is looked up, of which 98 % are filled: two fingerprints, score, id, its bucket's share
_TABLE_BYTES = 12.5 / 0.97
_WIDE_IDS, _WIDE_ID_BYTES = 2**16, 2  # pieces from which on an id takes two bytes more
# what the text's vector loses (1 - cosine) by the share of tokens that are spelled with shorter pieces
_DROPPED = 1.07
_HALVINGS = 40
_GROUPS = 1000


@dataclasses.dataclass(frozen=True)
class RowLevel:
    """One way to keep a row.

    Attributes:
        make_rows: what makes the layer; None for rows that stay as they are.
        bytes_of: a row's bytes by the number of its numbers.
        shared_bytes_of: what all rows share, in the same way.
        noise: what a text's vector loses (1 - cosine) by the share of its tokens that have such rows (measured on the
            encoder `use_multilingual_v3`, 600 French texts, one token in 24).
    """

    make_rows: MakeRows | None
    bytes_of: Callable[[int], float]
    shared_bytes_of: Callable[[int], float]
    noise: float


def _product(piece_dim, noise):
    return RowLevel(
        functools.partial(layers.ProductQuantizedRows.of, piece_dim=piece_dim),
        lambda dim: math.ceil(dim / piece_dim) + 2,
        lambda dim: 256 * dim,
        noise,
    )


LEVELS = {
    "int8": RowLevel(functools.partial(layers.FewBitRows.of, bits=8), lambda dim: dim + 2, lambda dim: 0, 0.00002),
    "int4": RowLevel(functools.partial(layers.FewBitRows.of, bits=4), lambda dim: dim / 2 + 3, lambda dim: 0, 0.0013),
    "3 bits": _product(3, 0.03),
    "2 bits": _product(4, 0.074),
    "1.3 bits": _product(6, 0.18),
    "1 bit": _product(8, 0.27),
    "half a bit": _product(16, 0.56),
    "a quarter bit": _product(32, 0.81),
}


@dataclasses.dataclass(frozen=True)
class RowPlan:
    """Which rows are kept, and how.

    Attributes:
        ids: token ids, int `(rows,)`, in the order of their tiers.
        tiers: (name of a level, rows) each, the most precise first.
        row_bytes, table_bytes: of the rows, and of the tables where their pieces are looked up.
        noise: what a text's vector is expected to lose (1 - cosine).
    """

    ids: np.ndarray
    tiers: tuple[tuple[str, int], ...]
    row_bytes: int
    table_bytes: int
    noise: float

    @property
    def total(self) -> int:
        return self.row_bytes + self.table_bytes


AS_THEY_ARE = "as they are"


def levels_of(stored: Any) -> Mapping[str, RowLevel]:
    """The ways to keep rows that are in few bits already: as they are, and in fewer.

    Args:
        stored: the layer that keeps them, such as `ProductQuantizedRows`; None for float rows.

    >>> rows = layers.ProductQuantizedRows.of(np.random.default_rng(0).normal(size=(1024, 8)), piece_dim=4)
    >>> list(levels_of(rows))
    ['as they are', '1.3 bits', '1 bit', 'half a bit', 'a quarter bit']
    """
    if stored is None:
        return LEVELS
    sizes = [
        (len(weight.shape) and weight.shape[0] == stored.num_rows, weight.numpy().nbytes) for weight in stored.weights
    ]
    by_row = sum(size for of_row, size in sizes if of_row) / stored.num_rows
    shared = sum(size for of_row, size in sizes if not of_row)
    own = RowLevel(None, lambda dim: by_row, lambda dim: shared, 0.0)
    return {AS_THEY_ARE: own} | {name: level for name, level in LEVELS.items() if level.bytes_of(stored.dim) < by_row}


def plan_rows(
    uses: np.ndarray,
    always: set[int],
    *,
    dim: int,
    room: float,
    levels: Mapping[str, RowLevel] = LEVELS,
) -> RowPlan | None:
    """The plan with the least noise within so many bytes; None where not even the pieces that are always kept fit.

    Args:
        uses: float `(pieces,)`, share of the tokens that each piece makes up; 0 for those that are never kept.
        always: token ids that are kept whatever they cost.
        dim: numbers of a row.
        room: bytes for rows and for the tables of their pieces.
        levels: name -> a way to keep a row, the most precise first.

    >>> uses = np.array([0.5, 0.3, 0.1, 0.06, 0.04, 0.0])
    >>> plan = plan_rows(uses, {0}, dim=64, room=512 * 17 + 150)
    >>> plan.tiers, plan.ids.tolist()
    ((('int4', 4),), [0, 1, 2, 3])
    """
    kept_always = np.isin(np.arange(len(uses)), sorted(always))
    order = np.lexsort((-uses, ~kept_always))
    order = order[kept_always[order] | (uses[order] > 0)]
    for table_bytes, most in ((_TABLE_BYTES, _WIDE_IDS), (_TABLE_BYTES + _WIDE_ID_BYTES, len(order))):
        plans = _plans(order, uses[order], kept_always[order], dim, room, table_bytes, levels)
        best = min(plans, key=lambda plan: plan.noise, default=None)
        if best is None or len(best.ids) <= most:
            break
    return best


def _plans(ids, uses, always, dim, room, table_bytes, known):
    missing = max(1.0 - uses.sum(), 0.0) * _DROPPED
    groups = _groups(uses, always)
    counts = np.array([len(group) for group in groups])
    means = np.array([group.mean() for group in groups])
    kept_always = np.array([group[0] for group in _groups(always, always)])
    for count in range(1, len(known) + 1):
        for names in itertools.combinations(known, count):
            levels = [known[name] for name in names]
            shared = sum(level.shared_bytes_of(dim) for level in levels)
            sizes = np.array([*(level.bytes_of(dim) + table_bytes for level in levels), 0.0])
            noises = np.array([*(level.noise for level in levels), _DROPPED])
            choice = _within(counts, means, kept_always, sizes, noises, room - shared)
            # a combination one of whose levels is not used is there without it, too
            if choice is None or set(choice.tolist()) - {count} != set(range(count)):
                continue
            kept = np.flatnonzero(choice < count)
            kept = kept[np.argsort(choice[kept], kind="stable")]
            tables = len(kept) * table_bytes
            yield RowPlan(
                ids[kept],
                tuple((name, int((choice == place).sum())) for place, name in enumerate(names)),
                round(float(sizes[choice].sum() + shared - tables)),
                round(tables),
                float((uses * noises[choice]).sum() + missing),
            )


def _within(counts, means, always, sizes, noises, room):
    """The level of each row at the lowest price of a byte at which all fit; the last level drops it. None: none fit.

    Rows come by falling use, those that are always kept first; some neighbours at a time take one level.
    """
    costs = means[:, None] * noises
    blocked = np.where(always[:, None] & (sizes == 0), np.inf, 0.0)
    low, high, best = -18.0, 0.0, None  # powers of ten
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        choice = np.argmin(costs + 10.0**middle * sizes + blocked, axis=1)
        if (sizes[choice] * counts).sum() <= room:
            best, high = choice, middle
        else:
            low = middle
    return None if best is None else np.repeat(best, counts)


def _groups(values, always):
    """Neighbours, those that are always kept apart from the others."""
    number = int(always.sum())
    parts = (values[:number], values[number:])
    return [group for part in parts for group in np.array_split(part, _GROUPS) if len(group)]
