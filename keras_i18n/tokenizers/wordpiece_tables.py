"""Turns a WordPiece vocabulary into flat tables that a graph can look things up in."""

import dataclasses

import numpy as np

from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import fingerprints, perfect_hash
from keras_i18n.tokenizers.word_characters import ALONE, SPECIAL
from keras_i18n.tokenizers.wordpiece import WordPieceTokenizer

CONTINUES = int(fingerprints.SECOND_FACTORS[5])  # added to the first fingerprint of pieces inside of a word


@dataclasses.dataclass(frozen=True)
class WordPieceTables:
    """A `PerfectHash` of the pieces that a text can give, and their `ids` (int32) by slot."""

    bucket_numbers: np.ndarray
    first: np.ndarray
    second: np.ndarray
    ids: np.ndarray
    longest_piece: int


def build(tokenizer: WordPieceTokenizer) -> WordPieceTables:
    """Builds the tables of a `WordPieceTokenizer`.

    Pieces that no word can hold, such as "[unused1]" with its brackets, are left out.

    Raises:
        ValueError: for too many pieces, or pieces that are too long.
    """
    keys: list[tuple[int, ...]] = []
    ids, inside = [], []
    numbers = {token: number for number, token in enumerate(tokenizer.special_tokens)}
    for number, piece in enumerate(tokenizer.pieces):
        if piece in numbers:
            keys.append((SPECIAL + numbers[piece],))
            ids.append(number)
            inside.append(False)
        for continues, spelled in ((False, piece), (True, piece.removeprefix(tokenizer.continuation))):
            if (continues and spelled == piece) or not spelled or not _may_be_met(spelled, tokenizer, continues):
                continue
            keys.append(tuple(map(ord, spelled)))
            ids.append(number)
            inside.append(continues)
    longest = max(map(len, keys), default=1)
    if longest > fingerprints.MAX_LENGTH:
        piece = tokenizer.pieces[ids[max(range(len(keys)), key=lambda place: len(keys[place]))]]
        raise ValueError(
            f"A compiled vocabulary takes pieces of at most {fingerprints.MAX_LENGTH} code points. "
            f"Received: {shown(piece)} of {cut(longest)}."
        )
    first, second = fingerprints.fingerprints(keys)
    first = first + np.where(inside, np.int32(CONTINUES), np.int32(0)).astype(np.int32)
    table = perfect_hash.build(first, second)
    by_slot = np.zeros(table.size, np.int32)
    by_slot[table.slots] = ids
    return WordPieceTables(table.bucket_numbers, table.first, table.second, by_slot, longest)


def _may_be_met(piece, tokenizer, continues):
    """Whether a word or the rest of one can be spelled so."""
    characters = tokenizer.characters
    if (characters.composed_letters if tokenizer.compose else characters.letters).issuperset(map(ord, piece)):
        return True
    return len(piece) == 1 and not continues and set(characters.own_kinds(piece).tolist()) == {ALONE}
