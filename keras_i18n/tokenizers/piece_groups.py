"""Pieces that a text may only use where they cover a good part of it: how added languages leave old texts alone."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.protocols import Array, TokenIds
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers.sentencepiece_model import PieceType, SentencePieceModel

MAX_GROUPS = 1024
LEAST_PERCENT = 10
_COUNTED_AT_ONCE = 2**20


@dataclasses.dataclass(frozen=True)
class PieceGroups:
    """Groups of pieces at the end of a vocabulary, such as those that came with a language each.

    A text is cut with all pieces. A group whose pieces cover less than `least_percent` of the code points that pieces
    spell is forbidden, and a text that used one of its pieces is cut again without all forbidden groups. So a piece that fits
    by accident into one word of another language leaves the text as it was, and a text of the group's language has its
    pieces. What a text gets depends on this text alone; the rule counts in integers.

    Args:
        starts: first token id of each group; it goes up to the next group's, the last one to the vocabulary's end.
        least_percent: 1 .. 100; or a tuple, one for each group, where they differ.

    Raises:
        ValueError: other numbers, too many groups, or groups that the vocabulary does not have.

    >>> PieceGroups((300, 350)).group_of(np.array([0, 299, 300, 349, 350]))
    array([0, 0, 1, 1, 2])
    """

    starts: tuple[int, ...] = ()
    least_percent: int | tuple[int, ...] = LEAST_PERCENT

    def __post_init__(self):
        starts, percent = self.starts, self.least_percent
        if not isinstance(starts, (tuple, list)) or len(starts) > MAX_GROUPS or not all(map(_is_integer, starts)):
            raise ValueError(f"Groups of pieces must be at most {MAX_GROUPS} token ids. Received: {shown(starts)}.")
        object.__setattr__(self, "starts", tuple(map(int, starts)))
        if any(one >= other for one, other in zip((0, *self.starts), self.starts, strict=False)):
            raise ValueError(f"Groups of pieces must begin one after another. Received: {shown(starts)}.")
        percents = tuple(percent) if isinstance(percent, (tuple, list)) else (percent,)
        if not percents or not all(_is_integer(one) and 1 <= one <= 100 for one in percents):
            raise ValueError(f"`least_percent` must be integers of 1 to 100. Received: {shown(percent)}.")
        if isinstance(percent, (tuple, list)) and len(percents) != len(starts):
            raise ValueError(
                f"`least_percent` must tell one for each of {len(starts)} groups. Received: {shown(percent)}."
            )
        # alike, they are written as one number: as in files of before
        percents = tuple(map(int, percents))
        object.__setattr__(self, "least_percent", percents if len(set(percents)) > 1 else percents[0])

    @property
    def percents(self) -> np.ndarray:
        """int64 `(groups,)`: the least percent of each.

        >>> PieceGroups((4, 6), least_percent=(10, 15)).percents.tolist(), PieceGroups((4, 6)).percents.tolist()
        ([10, 15], [10, 10])
        """
        return np.broadcast_to(np.array(self.least_percent, np.int64), len(self.starts))

    def joined(self, first: int, sizes: Sequence[int], percent: int | None = None) -> "PieceGroups":
        """These groups, and behind them some of `sizes` pieces from token id `first` on; empty ones are left out.

        Args:
            first: token id of the first new piece.
            sizes: number of pieces of each new group.
            percent: the new groups' least percent; unless given, the one that all have, or 10.

        >>> PieceGroups((4,)).joined(6, [2, 0, 1], 15)
        PieceGroups(starts=(4, 6, 8), least_percent=(10, 15, 15))
        """
        ends = np.cumsum([first, *sizes]).tolist()
        new = [start for start, size in zip(ends, sizes, strict=False) if size]
        if not new:
            return self
        usual = self.least_percent if isinstance(self.least_percent, int) else LEAST_PERCENT
        percents = (*self.percents.tolist(), *[usual if percent is None else percent] * len(new))
        return PieceGroups((*self.starts, *new), percents)

    @classmethod
    def of(cls, given: Any) -> "PieceGroups":
        """`PieceGroups`, those of their config, or none for None.

        Raises:
            ValueError: for anything else.
        """
        if isinstance(given, cls):
            return given
        if given is not None and (not isinstance(given, dict) or not set(given) <= {"starts", "least_percent"}):
            raise ValueError(f"Groups of pieces must be PieceGroups or their config. Received: {shown(given)}.")
        return cls(**(given or {}))

    def check(self, model: SentencePieceModel) -> None:
        """Raises ValueError unless the groups are normal pieces of a vocabulary and none is its lowest.

        What an unknown code point costs follows from the lowest score: it must stay the same without the groups.
        """
        if not self.starts:
            return
        first = self.starts[0]
        if self.starts[-1] >= len(model.pieces):
            raise ValueError(
                f"Groups of pieces must begin below the vocabulary's size. Received: {cut(self.starts[-1])} of {len(model.pieces)}."
            )
        if any(kind != PieceType.NORMAL for kind in model.types[first:]):
            raise ValueError("Groups must hold normal pieces. Received: others among them.")
        own = [s for s, kind in zip(model.scores[:first], model.types[:first], strict=True) if kind == PieceType.NORMAL]
        if not own or min(model.scores[first:]) < min(own):
            raise ValueError(
                "Pieces of groups must not have the lowest score of the vocabulary. Received: one that has."
            )

    def group_of(self, ids: Array) -> np.ndarray:
        """The number of the group of each token id, from 1; 0 for pieces that all texts may use."""
        return np.searchsorted(np.array(self.starts), ids, side="right")

    def allowed_sets(
        self, sequences: TokenIds, lengths: Array, *, only_broken: bool
    ) -> list[tuple[tuple[bool, ...], list[int]]]:
        """Texts by the groups that they may use.

        Args:
            sequences: token ids of the texts, cut with all pieces.
            lengths: int `(pieces,)`, code points that a piece spells; 0 for those that spell none.
            only_broken: only texts that used a group that they may not use.

        Returns:
            list of (bool for each group, places of the texts), in the same order each time.
        """
        found: dict[tuple[bool, ...], list[int]] = {}
        size = max(1, _COUNTED_AT_ONCE // (len(self.starts) + 1))
        for start in range(0, len(sequences), size):
            allowed, broken = self._allowed(sequences[start : start + size], lengths)
            rows = np.flatnonzero(broken | (not only_broken))
            for row, which in zip(rows.tolist(), map(tuple, allowed[rows].tolist()), strict=True):
                found.setdefault(which, []).append(start + row)
        return sorted(found.items())

    def _allowed(self, sequences, lengths):
        """bool (texts, groups): which may be used; bool (texts,): whether another one was."""
        width = len(self.starts) + 1
        flat = np.concatenate([np.zeros(0, np.int32), *sequences])
        if not (flat >= self.starts[0]).any():
            return np.zeros((len(sequences), width - 1), bool), np.zeros(len(sequences), bool)
        place = np.repeat(np.arange(len(sequences)) * width, [len(ids) for ids in sequences]) + self.group_of(flat)
        # float64 holds these counts exactly
        covered = np.bincount(place, lengths[flat], len(sequences) * width).astype(np.int64).reshape(-1, width)
        total, covered = covered.sum(axis=1, keepdims=True), covered[:, 1:]
        allowed = (100 * covered >= self.percents * total) & (covered > 0)
        return allowed, ((covered > 0) & ~allowed).any(axis=1)

    def forbidden_pieces(self, allowed: Array, vocabulary_size: int) -> np.ndarray:
        """bool `(pieces,)`: those of the groups that are not `allowed`, bool `(groups,)`."""
        forbidden = np.concatenate([[False], np.logical_not(allowed)])
        return forbidden[self.group_of(np.arange(vocabulary_size))]

    def selected(self, ids: Sequence[int]) -> "PieceGroups":
        """The groups of a vocabulary of some of these pieces, `ids` in their order.

        Raises:
            ValueError: pieces of groups that do not come in the order of their groups, behind all others.

        >>> PieceGroups((4, 6, 9)).selected([0, 1, 4, 5, 10]).starts
        (2, 4)
        """
        group = self.group_of(np.asarray(ids, np.int64))
        if (np.diff(group) < 0).any():
            raise ValueError(
                "Pieces of groups must come in the order of their groups. Received: another order. Sort the ids."
            )
        found, starts = np.unique(group, return_index=True)
        if not (found > 0).any():
            return dataclasses.replace(
                self, starts=(), least_percent=LEAST_PERCENT if self.starts else self.least_percent
            )
        return PieceGroups(tuple(starts[found > 0].tolist()), tuple(self.percents[found[found > 0] - 1].tolist()))

    def get_config(self) -> dict[str, Any]:
        """The arguments as plain data."""
        percent = self.least_percent
        return {"starts": list(self.starts), "least_percent": percent if isinstance(percent, int) else list(percent)}


def piece_lengths(model: SentencePieceModel) -> np.ndarray:
    """int32 `(pieces,)`: code points of a text that each piece spells; 0 for the unknown piece, bytes and control pieces."""
    spell = {PieceType.NORMAL, PieceType.USER_DEFINED}
    rows = zip(model.pieces, model.types, strict=True)
    return np.array([len(piece) if kind in spell else 0 for piece, kind in rows], np.int32)


def _is_integer(value):
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
