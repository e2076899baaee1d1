"""What a vocabulary is without some of its pieces, whatever its kind: unigram, WordPiece, byte pairs."""

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers.byte_pair import ALPHABET, BytePairTokenizer
from keras_i18n.tokenizers.sentencepiece_model import SPACE_SYMBOL
from keras_i18n.tokenizers.unigram import UnigramTokenizer
from keras_i18n.tokenizers.unigram_subset import indispensable_pieces, with_selected_pieces
from keras_i18n.tokenizers.wordpiece import WordPieceTokenizer

KINDS = (UnigramTokenizer, WordPieceTokenizer, BytePairTokenizer)
_BYTES = {character: byte for byte, character in enumerate(ALPHABET)}


def indispensable(tokenizer: Any) -> list[int]:
    """Token ids that every part of a vocabulary keeps: pieces that are no text, single bytes, and what decides scores.

    >>> indispensable(WordPieceTokenizer(["[UNK]", "[CLS]", "a", "##b"], begin=True))
    [0, 1]
    """
    if isinstance(tokenizer, UnigramTokenizer):
        return indispensable_pieces(tokenizer.model)
    named = [*tokenizer.special_tokens, tokenizer.begin_piece, tokenizer.end_piece]
    named += [tokenizer.unknown] if isinstance(tokenizer, WordPieceTokenizer) else list(ALPHABET)
    wanted = {piece for piece in named if piece is not None}
    return [number for number, piece in enumerate(tokenizer.pieces) if piece in wanted]


def plain_pieces(tokenizer: Any) -> list[str]:
    """The text that each piece spells, without what tells its place in a word; "" for bytes that are no character.

    >>> plain_pieces(WordPieceTokenizer(["[UNK]", "to", "##day"]))
    ['[UNK]', 'to', 'day']
    """
    if isinstance(tokenizer, UnigramTokenizer):
        return [piece.replace(SPACE_SYMBOL, "") for piece in tokenizer.pieces]
    if isinstance(tokenizer, WordPieceTokenizer):
        inside = tokenizer.continuation
        return [piece.removeprefix(inside) if piece != inside else piece for piece in tokenizer.pieces]
    return [_of_bytes(piece) for piece in tokenizer.pieces]


def _of_bytes(piece):
    try:
        return bytes(_BYTES[character] for character in piece).decode("utf-8").strip(" ")
    except (KeyError, UnicodeDecodeError):  # a special token, or part of a character
        return ""


def piece_scores(tokenizer: Any) -> np.ndarray:
    """What a piece is worth where nothing else tells, float64 `(pieces,)`: its score, or its place in the vocabulary.

    >>> piece_scores(WordPieceTokenizer(["[UNK]", "to"])).tolist()
    [-0.0, -1.0]
    """
    if isinstance(tokenizer, UnigramTokenizer):
        return tokenizer.scores.astype("float64")
    return -np.arange(len(tokenizer.pieces), dtype="float64")


def with_makers(tokenizer: Any, ids: Iterable[int]) -> np.ndarray:
    """Token ids and those of the pieces that they are merged of, int64, ascending; of other kinds the ids alone.

    Within a text a piece comes about as it does alone: no merge crosses its ends. So a text whose pieces and their makers are
    all kept is merged as before: every merge that was made is still there, in the same order, and no other one came.

    >>> letters = list(ALPHABET)
    >>> tokenizer = BytePairTokenizer([*letters, "to", "tot"], [("t", "o"), ("to", "t")])
    >>> [tokenizer.pieces[i] for i in with_makers(tokenizer, [257])]
    ['to', 'tot']
    """
    wanted = {int(number) for number in ids}
    if isinstance(tokenizer, BytePairTokenizer):
        numbers = {piece: number for number, piece in enumerate(tokenizer.pieces)}
        order = {tuple(pair): rank for rank, pair in enumerate(tokenizer.merges)}
        special = set(tokenizer.special_tokens)
        for number in list(wanted):
            piece = tokenizer.pieces[number]
            if len(piece) > 1 and piece not in special:
                wanted.update(numbers[part] for part in _makers(piece, order) if part in numbers)
    return np.array(sorted(wanted), np.int64)


def _makers(piece, order):
    """All pieces that come about while a piece is merged out of its bytes."""
    parts, met = list(piece), set(piece)
    while len(parts) > 1:
        pairs = [pair for pair in itertools.pairwise(parts) if pair in order]
        if not pairs:
            break
        first = min(pairs, key=order.__getitem__)
        merged, place = [], 0
        while place < len(parts):
            if tuple(parts[place : place + 2]) == first:
                merged.append("".join(first))
                place += 2
            else:
                merged.append(parts[place])
                place += 1
        parts = merged
        met.update(parts)
    return met


def with_pieces(tokenizer: Any, ids: Array) -> Any:
    """A tokenizer of some pieces; piece `ids[i]` becomes piece `i`.

    A text whose pieces are all among them, none of them unknown, is cut as before: for WordPiece since the longest piece
    that fits is still there, and no longer one came; for byte pairs see `with_makers`; for unigrams `indispensable_pieces`.

    Args:
        tokenizer: stays as it is.
        ids: distinct token ids, with those of `indispensable`, and of `with_makers`.

    Raises:
        ValueError: an id that is not there or comes twice, or an indispensable piece that is missing.

    >>> smaller = with_pieces(WordPieceTokenizer(["[UNK]", "to", "##day", "##m"]), [0, 1, 3])
    >>> smaller.pieces, smaller.tokenize(["tom today"])[0].tolist()
    (('[UNK]', 'to', '##m'), [1, 2, 0])
    """
    if isinstance(tokenizer, UnigramTokenizer):
        return with_selected_pieces(tokenizer, ids)
    wanted = [int(number) for number in ids]
    lacking = sorted(set(indispensable(tokenizer)) - set(wanted))
    if lacking or len(set(wanted)) < len(wanted) or not all(0 <= number < len(tokenizer.pieces) for number in wanted):
        raise ValueError(
            f"`ids` must be distinct token ids below {len(tokenizer.pieces)}, with all indispensable pieces. Received: "
            f"{len(wanted)} of them, {len(set(wanted))} different, without "
            f"{cut([tokenizer.pieces[number] for number in lacking[:3]])}."
        )
    pieces = [tokenizer.pieces[number] for number in wanted]
    config = {**tokenizer.get_config(), "vocabulary": pieces}
    if isinstance(tokenizer, BytePairTokenizer):
        kept = set(pieces)
        config["merges"] = [pair for pair in tokenizer.merges if {*pair, "".join(pair)} <= kept]
    elif not isinstance(tokenizer, WordPieceTokenizer):
        raise ValueError(f"A tokenizer must be unigram, WordPiece or byte pairs. Received: {shown(tokenizer)}.")
    return type(tokenizer)(**config)


def may_be_cut_otherwise(tokenizer: Any, ids: Array) -> bool:
    """Whether a text may be cut otherwise although its pieces are kept: shorter pieces may spell a word that was unknown.

    >>> tokenizer = WordPieceTokenizer(["[UNK]", "to", "t"])
    >>> [may_be_cut_otherwise(tokenizer, ids) for ids in tokenizer.tokenize(["to", "tot"])]
    [False, True]
    """
    return isinstance(tokenizer, WordPieceTokenizer) and bool((np.asarray(ids) == tokenizer.unknown_id).any())
