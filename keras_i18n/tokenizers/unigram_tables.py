"""Turns the pieces of a unigram vocabulary into flat tables that a graph can look things up in."""

import dataclasses

import numpy as np

from keras_i18n.shown import cut
from keras_i18n.tokenizers import exact_scores, fingerprints, perfect_hash
from keras_i18n.tokenizers.narrow_numbers import narrowed
from keras_i18n.tokenizers.sentencepiece_model import PieceType, SentencePieceModel

UNKNOWN_PENALTY = 10.0  # an unknown code point scores this much below the worst piece
SYMBOL_SCORE = 0.1  # the library scores a user-defined symbol so much for each UTF-8 byte after the first (measured)
MAX_PIECE_LENGTH = fingerprints.MAX_LENGTH


@dataclasses.dataclass(frozen=True)
class UnigramTables:
    """A `PerfectHash` of the pieces, with halves of their first fingerprints, and by slot `scores` (int32, see
    `exact_scores`) and `ids`, which are `first_id` and what is stored: 65,536 ids fit into two bytes.

    `byte_ids` are the 256 ids of byte pieces, or empty without byte fallback.
    """

    bucket_numbers: np.ndarray
    first: np.ndarray
    second: np.ndarray
    scores: np.ndarray
    ids: np.ndarray
    byte_ids: np.ndarray
    unknown_id: int
    unknown_score: float
    longest_piece: int
    first_id: int = 0


def build(model: SentencePieceModel) -> UnigramTables:
    """Builds the tables of a `SentencePieceModel`.

    Raises:
        ValueError: for a vocabulary without normal pieces, too many pieces, or pieces that are too long.
    """
    spelled = {PieceType.NORMAL, PieceType.USER_DEFINED}
    ids = np.array([i for i, kind in enumerate(model.types) if kind in spelled], np.int64)
    if PieceType.NORMAL not in model.types:
        raise ValueError("A compiled vocabulary needs normal pieces. Received: none.")
    pieces = [tuple(map(ord, model.pieces[i])) for i in ids]
    longest = max(map(len, pieces))
    if longest > MAX_PIECE_LENGTH:
        raise ValueError(
            f"A compiled vocabulary takes pieces of at most {MAX_PIECE_LENGTH} code points. Received: one of {cut(longest)}."
        )
    table = perfect_hash.build(*fingerprints.fingerprints(pieces))
    scores, by_slot = np.zeros(table.size, np.float32), np.zeros(table.size, np.int32)
    given = np.array(model.scores, np.float32)
    for i in ids:
        if model.types[i] == PieceType.USER_DEFINED:
            given[i] = SYMBOL_SCORE * (len(model.pieces[i].encode()) - 1)
    scores[table.slots], by_slot[table.slots] = given[ids], ids
    first_id = 2**15 if 2**15 <= len(model.pieces) <= 2**16 else 0
    return UnigramTables(
        table.bucket_numbers,
        table.first_halves,
        table.second,
        exact_scores.pack(scores),
        narrowed(by_slot - first_id),
        byte_ids(model),
        model.unknown_id,
        float(np.float32(model.min_score) - np.float32(UNKNOWN_PENALTY)),
        longest,
        first_id,
    )


def byte_ids(model: SentencePieceModel) -> np.ndarray:
    """Ids of <0x00> .. <0xFF>."""
    if not model.byte_fallback:
        return np.zeros(0, np.int32)
    index = {
        piece: i
        for i, (piece, kind) in enumerate(zip(model.pieces, model.types, strict=True))
        if kind == PieceType.BYTE
    }
    names = [f"<0x{byte:02X}>" for byte in range(256)]
    missing = [name for name in names if name not in index]
    if missing:
        raise ValueError(
            f"A model with byte fallback must have all 256 byte pieces. Received: one without {cut(missing[0])}."
        )
    return np.array([index[name] for name in names], np.int32)
