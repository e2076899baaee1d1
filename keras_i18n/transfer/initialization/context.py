"""What is known when rows for new pieces are wanted."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.protocols import Tensor
from keras_i18n.shown import shown

SPACE_SYMBOL = "\u2581"


class MissingMaterialError(ValueError):
    """A method lacks what it makes rows from: texts, pairs, a lexicon, vectors."""


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class InitializationContext:
    """What is known of new pieces and of the table that they join. A method uses what it needs of it.

    Args:
        pieces: the pieces that need a row, str; U+2581 stands for the space.
        source_pieces: the pieces that have a row, str by token id.
        source_rows: their rows, float `(len(source_pieces), dim)`.
        piece_ids: ids of `pieces` in the new vocabulary; by default their places in `pieces`.
        tokenize: list of str -> list of token ids of the source vocabulary, without begin and end pieces.
        unknown_id: id in the source vocabulary of what it cannot spell, or None.
        parallel: sentence pairs as token ids: (ids in the source vocabulary, ids in the new vocabulary).
        lexicon: (word of a source language, its translation), str.
        source_texts: texts of the source language, token ids in the source vocabulary.
        target_texts: texts of the new language, token ids in the new vocabulary.
        source_vectors: float `(len(source_pieces), d)`, of a space in which like meanings lie close; zeros for unknown.
        vectors: float `(len(pieces), d)`, in the same space; zeros for unknown.
        num_neighbours: rows that `neighbours` combines.
        temperature: of their weights, `softmax(cosine / temperature)`.
        num_iterations: of the word alignment of parallel texts.
        seed: decides random rows and sketches.

    Raises:
        ValueError: parts that do not fit together.

    Example:

    >>> rows = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> InitializationContext(pieces=["▁mji"], source_pieces=["▁city", "▁sun"], source_rows=rows).dim
    2
    """

    pieces: Sequence[str]
    source_pieces: Sequence[str]
    source_rows: np.ndarray
    piece_ids: Any = None
    tokenize: Any = None
    unknown_id: int | None = None
    parallel: Sequence[Any] = ()
    lexicon: Sequence[tuple[str, str]] = ()
    source_texts: Sequence[Any] = ()
    target_texts: Sequence[Any] = ()
    source_vectors: np.ndarray | None = None
    vectors: np.ndarray | None = None
    num_neighbours: int = 10
    temperature: float = 0.1
    num_iterations: int = 10
    seed: int = 0

    def __post_init__(self):
        def put(name, value):
            object.__setattr__(self, name, value)

        put("pieces", tuple(self.pieces))
        put("source_pieces", tuple(self.source_pieces))
        put("source_rows", np.asarray(self.source_rows, np.float32))
        ids = np.arange(len(self.pieces)) if self.piece_ids is None else np.asarray(self.piece_ids, np.int64)
        put("piece_ids", ids)
        if self.source_rows.ndim != 2 or len(self.source_rows) != len(self.source_pieces) or not self.source_rows.size:
            raise ValueError(
                "`source_rows` must have a row for each of `source_pieces`, and at least one. Received: shape "
                f"{self.source_rows.shape} for {len(self.source_pieces)} pieces."
            )
        if not np.isfinite(self.source_rows).all():
            raise ValueError("`source_rows` must be finite. Received: rows with NaN or infinity.")
        if ids.shape != (len(self.pieces),) or len(np.unique(ids)) != len(ids) or (ids < 0).any():
            raise ValueError(
                f"`piece_ids` must be a different id for each of `pieces` ({len(self.pieces)}). Received: {shown(ids)}."
            )
        for name, count in (("source_vectors", len(self.source_pieces)), ("vectors", len(self.pieces))):
            value = getattr(self, name)
            if value is not None and (np.ndim(value) != 2 or len(value) != count):
                raise ValueError(f"`{name}` must have {count} rows. Received: shape {shown(np.shape(value))}.")

    @property
    def dim(self) -> int:
        """Numbers of a row."""
        return self.source_rows.shape[1]

    @functools.cached_property
    def source_id_of(self) -> dict[str, int]:
        """dict, piece -> its id in the source vocabulary."""
        return {piece: number for number, piece in enumerate(self.source_pieces)}

    @functools.cached_property
    def shared(self) -> np.ndarray:
        """int64 `(len(pieces),)`: the source id of the same piece, -1 where the source vocabulary lacks it."""
        return np.array([self.source_id_of.get(piece, -1) for piece in self.pieces], np.int64)

    @functools.cached_property
    def place_of_id(self) -> np.ndarray:
        """int64, id of the new vocabulary -> place in `pieces`, -1 for pieces that need no row."""
        table = np.full(int(np.max(self.piece_ids, initial=-1)) + 1, -1, np.int64)
        table[self.piece_ids] = np.arange(len(self.pieces))
        return table

    def places(self, token_ids: Tensor) -> np.ndarray:
        """Places in `pieces` of ids of the new vocabulary, -1 for pieces that need no row."""
        ids = np.asarray(token_ids, np.int64)
        known = (ids >= 0) & (ids < len(self.place_of_id))
        return np.where(known, self.place_of_id[np.where(known, ids, 0)], -1) if len(self.place_of_id) else ids * 0 - 1

    def has(self, name: str) -> bool:
        """Whether a part of the context is there and not empty."""
        value = getattr(self, name)
        return value is not None and (not hasattr(value, "__len__") or len(value) > 0)

    def needs(self, method: str, *names: str) -> None:
        """Refuses a method whose material is missing.

        Raises:
            MissingMaterialError: one of the parts is absent or empty.
        """
        missing = [name for name in names if not self.has(name)]
        if missing:
            told = " and ".join(f"`{name}`" for name in missing)
            raise MissingMaterialError(f"The method {method!r} needs {told}. Received: none.")


def text_of(piece: str) -> str:
    """What a piece spells, without the spaces around it."""
    return piece.replace(SPACE_SYMBOL, " ").strip()
