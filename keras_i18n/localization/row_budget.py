"""How many rows of a token table are kept, and in how many bits each, where a file may have so many bytes.

Source: Shoham and Gersho 1988, "Efficient bit allocation for an arbitrary set of quantizers": with one price for a byte,
every row takes the precision that is worth its bytes to it; the price is raised until all fit.
"""

import dataclasses
import functools
import itertools
from collections.abc import Callable

import numpy as np

from keras_i18n import layers
from keras_i18n.layers.stored_rows import MakeRows

_TABLE_BYTES = 17  # of a slot in the tables where a piece is looked up
_FULL = 0.97  # share of the slots that can be filled
_SLOTS = tuple(2**power for power in range(9, 18))
# squared error of a piece that is spelled with shorter ones, as a share of its row's
_DROPPED = 1.2
_HALVINGS = 40
_GROUPS = 1000


@dataclasses.dataclass(frozen=True)
class RowLevel:
    """One way to keep a row.

    Attributes:
        make_rows: what makes the layer.
        bytes_of: a row's bytes by the number of its numbers.
        shared_bytes_of: what all rows share, in the same way.
        noise: squared error as a share of the row's squares (measured on the encoder `use_multilingual_v3`).
    """

    make_rows: MakeRows
    bytes_of: Callable[[int], float]
    shared_bytes_of: Callable[[int], float]
    noise: float


def _product(piece_dim, noise):
    return RowLevel(
        functools.partial(layers.ProductQuantizedRows.of, piece_dim=piece_dim),
        lambda dim: dim / piece_dim + 1,
        lambda dim: 256 * dim,
        noise,
    )


LEVELS = {
    "int8": RowLevel(functools.partial(layers.FewBitRows.of, bits=8), lambda dim: dim + 1, lambda dim: 0, 0.0001),
    "int4": RowLevel(
        functools.partial(layers.FewBitRows.of, bits=4, block=32), lambda dim: dim * 17 / 32, lambda dim: 0, 0.009
    ),
    "2 bits": _product(4, 0.09),
    "1 bit": _product(8, 0.32),
    "half a bit": _product(16, 0.55),
}


@dataclasses.dataclass(frozen=True)
class RowPlan:
    """Which rows are kept, and how.

    Attributes:
        ids: token ids, int `(rows,)`, in the order of their tiers.
        tiers: (name of a level, rows) each, the most precise first.
        row_bytes, table_bytes: of the rows, and of the tables where their pieces are looked up.
        noise: squared error that is expected of a token's vector, as a share of its squares.
    """

    ids: np.ndarray
    tiers: tuple[tuple[str, int], ...]
    row_bytes: int
    table_bytes: int
    noise: float

    @property
    def total(self) -> int:
        return self.row_bytes + self.table_bytes


def plan_rows(uses: np.ndarray, always: set[int], *, dim: int, room: float) -> RowPlan | None:
    """The plan with the least noise within so many bytes; None where not even the pieces that are always kept fit.

    Args:
        uses: float `(pieces,)`, share of the tokens that each piece makes up; 0 for those that are never kept.
        always: token ids that are kept whatever they cost.
        dim: numbers of a row.
        room: bytes for rows and for the tables of their pieces.

    >>> uses = np.array([0.5, 0.3, 0.1, 0.06, 0.04, 0.0])
    >>> plan = plan_rows(uses, {0}, dim=64, room=512 * 17 + 150)
    >>> plan.tiers, plan.ids.tolist()
    ((('int4', 4),), [0, 1, 2, 3])
    """
    kept_always = np.isin(np.arange(len(uses)), sorted(always))
    order = np.lexsort((-uses, ~kept_always))
    order = order[kept_always[order] | (uses[order] > 0)]
    plans = []
    for slots in _SLOTS:
        if slots * _FULL >= len(always) and room > slots * _TABLE_BYTES:
            some = order[: int(slots * _FULL)]
            plans += _plans(some, uses[some], kept_always[some], dim, room, slots * _TABLE_BYTES)
        if slots * _FULL >= len(order):
            break
    return min(plans, key=lambda plan: plan.noise, default=None)


def _plans(ids, uses, always, dim, room, table_bytes):
    missing = max(1.0 - uses.sum(), 0.0) * _DROPPED
    groups = _groups(uses, always)
    counts = np.array([len(group) for group in groups])
    means = np.array([group.mean() for group in groups])
    kept_always = np.array([group[0] for group in _groups(always, always)])
    for count in range(1, len(LEVELS) + 1):
        for names in itertools.combinations(LEVELS, count):
            levels = [LEVELS[name] for name in names]
            shared = sum(level.shared_bytes_of(dim) for level in levels)
            sizes = np.array([*(level.bytes_of(dim) for level in levels), 0.0])
            noises = np.array([*(level.noise for level in levels), _DROPPED])
            choice = _within(counts, means, kept_always, sizes, noises, room - table_bytes - shared)
            # a combination one of whose levels is not used is there without it, too
            if choice is None or set(choice.tolist()) - {count} != set(range(count)):
                continue
            kept = np.flatnonzero(choice < count)
            kept = kept[np.argsort(choice[kept], kind="stable")]
            yield RowPlan(
                ids[kept],
                tuple((name, int((choice == place).sum())) for place, name in enumerate(names)),
                round(float(sizes[choice].sum() + shared)),
                table_bytes,
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
