"""What a tokenizer is with some of its ids, whatever its kind: unigram, WordPiece, byte pairs, hashed n-grams, joined."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers.byte_pair import ALPHABET, BytePairTokenizer
from keras_i18n.tokenizers.joined import JoinedTokenizer
from keras_i18n.tokenizers.ngram import NgramTokenizer
from keras_i18n.tokenizers.piece_groups import PieceGroups
from keras_i18n.tokenizers.sentencepiece_model import SPACE_SYMBOL
from keras_i18n.tokenizers.unigram import UnigramTokenizer
from keras_i18n.tokenizers.unigram_subset import indispensable_pieces, joined_subsets, with_selected_pieces
from keras_i18n.tokenizers.wordpiece import WordPieceTokenizer

HASHED = "hashed n-grams"  # the writing of ids that are no piece of text
_BYTES = {character: byte for byte, character in enumerate(ALPHABET)}


class _Pieces:
    """What holds for pieces of text, unless their kind says otherwise."""

    def indispensable(self, tokenizer):
        named = [*tokenizer.special_tokens, tokenizer.begin_piece, tokenizer.end_piece, *self._always(tokenizer)]
        wanted = {piece for piece in named if piece is not None}
        return [number for number, piece in enumerate(tokenizer.pieces) if piece in wanted]

    def scores(self, tokenizer):
        return -np.arange(len(tokenizer.pieces), dtype="float64")

    def with_makers(self, tokenizer, ids):
        return set(ids)

    def may_be_cut_otherwise(self, tokenizer, ids):
        return False

    def first_cut(self, tokenizer, texts):
        return None

    def unknown(self, tokenizer):
        return tokenizer.unknown_id

    def with_pieces(self, tokenizer, ids):
        wanted = ids.tolist()
        lacking = sorted(set(self.indispensable(tokenizer)) - set(wanted))
        if lacking or len(set(wanted)) < len(wanted) or not all(0 <= i < len(tokenizer.pieces) for i in wanted):
            raise ValueError(
                f"`ids` must be distinct token ids below {len(tokenizer.pieces)}, with all indispensable pieces. "
                f"Received: {len(wanted)} of them, {len(set(wanted))} different, without "
                f"{cut([tokenizer.pieces[number] for number in lacking[:3]])}."
            )
        pieces = [tokenizer.pieces[number] for number in wanted]
        config = {**tokenizer.get_config(), "vocabulary": pieces}
        return type(tokenizer)(**self._changed(tokenizer, config, set(pieces)))

    def _changed(self, tokenizer, config, pieces):
        return config


class _Unigram(_Pieces):
    def indispensable(self, tokenizer):
        return indispensable_pieces(tokenizer.model)

    def plain(self, tokenizer):
        return [piece.replace(SPACE_SYMBOL, "") for piece in tokenizer.pieces]

    def scores(self, tokenizer):
        return tokenizer.scores.astype("float64")

    def first_cut(self, tokenizer, texts):
        # which groups a text may use is decided by what it is cut into with all pieces
        return tokenizer.cut_with_all_pieces(texts) if tokenizer.groups and tokenizer.groups.starts else None

    def with_pieces(self, tokenizer, ids):
        return with_selected_pieces(tokenizer, ids)


class _WordPiece(_Pieces):
    def _always(self, tokenizer):
        return [tokenizer.unknown]

    def plain(self, tokenizer):
        inside = tokenizer.continuation
        return [piece.removeprefix(inside) if piece != inside else piece for piece in tokenizer.pieces]

    def may_be_cut_otherwise(self, tokenizer, ids):
        return bool((ids == tokenizer.unknown_id).any())


class _BytePairs(_Pieces):
    def _always(self, tokenizer):
        return ALPHABET

    def plain(self, tokenizer):
        return [_of_bytes(piece) for piece in tokenizer.pieces]

    def unknown(self, tokenizer):
        return None

    def with_makers(self, tokenizer, ids):
        wanted = set(ids)
        numbers = {piece: number for number, piece in enumerate(tokenizer.pieces)}
        order = {tuple(pair): rank for rank, pair in enumerate(tokenizer.merges)}
        special = set(tokenizer.special_tokens)
        for number in list(wanted):
            piece = tokenizer.pieces[number]
            if len(piece) > 1 and piece not in special:
                wanted.update(numbers[part] for part in _makers(piece, order) if part in numbers)
        return wanted

    def _changed(self, tokenizer, config, pieces):
        return {**config, "merges": [pair for pair in tokenizer.merges if {*pair, "".join(pair)} <= pieces]}


class _Buckets(_Pieces):
    """Ids that are no piece of text: what uses them is all that tells which are needed."""

    def indispensable(self, tokenizer):
        return []

    def plain(self, tokenizer):
        return [""] * tokenizer.vocabulary_size

    def scores(self, tokenizer):
        return np.full(tokenizer.vocabulary_size, -np.inf)

    def unknown(self, tokenizer):
        return None

    def with_pieces(self, tokenizer, ids):
        return tokenizer.with_kept(ids)


_KINDS: dict[type, _Pieces] = {
    UnigramTokenizer: _Unigram(),
    WordPieceTokenizer: _WordPiece(),
    BytePairTokenizer: _BytePairs(),
    NgramTokenizer: _Buckets(),
}
KINDS = (*_KINDS, JoinedTokenizer)


def _parts(tokenizer):
    """(tokenizer, its kind, the first of its ids) of each tokenizer that a joined one holds; else of the one itself."""
    parts = tokenizer.tokenizers if isinstance(tokenizer, JoinedTokenizer) else [tokenizer]
    first, found = 0, []
    for part in parts:
        kind = next((kind for type_, kind in _KINDS.items() if isinstance(part, type_)), None)
        if kind is None:
            raise ValueError(
                f"A tokenizer must be one of {', '.join(one.__name__ for one in _KINDS)}. Received: {shown(part)}."
            )
        found.append((part, kind, first))
        first += part.vocabulary_size
    return found


def id_ranges(tokenizer: Any) -> list[tuple[int, int]]:
    """(first id, the one after the last) of each tokenizer that a joined one holds; else of the one itself.

    >>> id_ranges(JoinedTokenizer([NgramTokenizer(num_buckets=9), NgramTokenizer(num_buckets=5)]))
    [(0, 9), (9, 14)]
    """
    return [(first, first + part.vocabulary_size) for part, _, first in _parts(tokenizer)]


def can_be_chosen(tokenizer: Any) -> bool:
    """Whether some of a tokenizer's ids can be kept.

    >>> can_be_chosen(NgramTokenizer(num_buckets=9)), can_be_chosen(object())
    (True, False)
    """
    try:
        return bool(_parts(tokenizer))
    except ValueError:
        return False


def indispensable(tokenizer: Any) -> list[int]:
    """Token ids that every part of a vocabulary keeps: pieces that are no text, single bytes, and what decides scores.

    >>> indispensable(WordPieceTokenizer(["[UNK]", "[CLS]", "a", "##b"], begin=True))
    [0, 1]
    """
    return [first + int(i) for part, kind, first in _parts(tokenizer) for i in kind.indispensable(part)]


def plain_pieces(tokenizer: Any) -> list[str]:
    """The text that each id spells, without what tells its place in a word; "" for what is no character, as hashes.

    >>> plain_pieces(WordPieceTokenizer(["[UNK]", "to", "##day"]))
    ['[UNK]', 'to', 'day']
    """
    return [piece for part, kind, _ in _parts(tokenizer) for piece in kind.plain(part)]


def written_pieces(tokenizer: Any) -> list[str | None]:
    """Each id as its vocabulary has it; None for hashes.

    >>> written_pieces(NgramTokenizer(num_buckets=2))
    [None, None]
    """
    return [
        piece
        for part, kind, _ in _parts(tokenizer)
        for piece in ([None] * part.vocabulary_size if isinstance(kind, _Buckets) else part.pieces)
    ]


def piece_scores(tokenizer: Any) -> np.ndarray:
    """What an id is worth where nothing else tells, float64 `(ids,)`: its score, or its place in the vocabulary.

    >>> piece_scores(WordPieceTokenizer(["[UNK]", "to"])).tolist()
    [-0.0, -1.0]
    """
    return np.concatenate([kind.scores(part) for part, kind, _ in _parts(tokenizer)])


def unknown_ids(tokenizer: Any) -> list[int]:
    """Ids that stand for what a vocabulary cannot spell.

    >>> unknown_ids(WordPieceTokenizer(["[UNK]", "to"])), unknown_ids(NgramTokenizer(num_buckets=2))
    ([0], [])
    """
    found = [(kind.unknown(part), first) for part, kind, first in _parts(tokenizer)]
    return [first + int(unknown) for unknown, first in found if unknown is not None]


def with_makers(tokenizer: Any, ids: Iterable[int]) -> np.ndarray:
    """Token ids and those of the pieces that they are merged of, int64, ascending; of other kinds the ids alone.

    Within a text a piece comes about as it does alone: no merge crosses its ends. So a text whose pieces and their makers are
    all kept is merged as before: every merge that was made is still there, in the same order, and no other one came.

    >>> letters = list(ALPHABET)
    >>> tokenizer = BytePairTokenizer([*letters, "to", "tot"], [("t", "o"), ("to", "t")])
    >>> [tokenizer.pieces[i] for i in with_makers(tokenizer, [257])]
    ['to', 'tot']
    """
    wanted = np.unique(np.fromiter(ids, np.int64))
    found = []
    for part, kind, first in _parts(tokenizer):
        own = wanted[(wanted >= first) & (wanted < first + part.vocabulary_size)] - first
        made = kind.with_makers(part, own.tolist())
        found.append(np.fromiter(sorted(made), np.int64, len(made)) + first)
    return np.concatenate(found)


def with_pieces(tokenizer: Any, ids: Array) -> Any:
    """A tokenizer of some of the ids; what was id `ids[i]` becomes `i`.

    A text whose ids are all among them, none of them unknown, is cut as before: for WordPiece since the longest piece
    that fits is still there, and no longer one came; for byte pairs see `with_makers`; for unigrams `indispensable_pieces`.

    Args:
        tokenizer: stays as it is.
        ids: distinct token ids, with those of `indispensable`, and of `with_makers`; those of hashes in rising order, and those
            of a joined one's parts one after the other.

    Raises:
        ValueError: an id that is not there or comes twice, or an indispensable piece that is missing.

    >>> smaller = with_pieces(WordPieceTokenizer(["[UNK]", "to", "##day", "##m"]), [0, 1, 3])
    >>> smaller.pieces, smaller.tokenize(["tom today"])[0].tolist()
    (('[UNK]', 'to', '##m'), [1, 2, 0])
    """
    wanted = np.asarray(ids)
    if not isinstance(tokenizer, JoinedTokenizer):
        ((part, kind, _),) = _parts(tokenizer)
        return kind.with_pieces(part, wanted)
    if (np.diff(np.searchsorted(tokenizer.starts, wanted, side="right")) < 0).any():
        raise ValueError(
            f"`ids` must have those of a JoinedTokenizer's parts one after the other. Received: {shown(ids)}."
        )
    smaller = []
    for part, kind, first in _parts(tokenizer):
        own = wanted[(wanted >= first) & (wanted < first + part.vocabulary_size)] - first
        smaller.append(kind.with_pieces(part, own))
    return JoinedTokenizer(smaller)


def can_be_joined(tokenizer: Any) -> bool:
    """Whether `joined` puts parts of a vocabulary together again: of unigrams, hashed n-grams, or both.

    >>> can_be_joined(NgramTokenizer(num_buckets=9)), can_be_joined(WordPieceTokenizer(["[UNK]", "to"]))
    (True, False)
    """
    parts = tokenizer.tokenizers if isinstance(tokenizer, JoinedTokenizer) else [tokenizer]
    return all(isinstance(part, (UnigramTokenizer, NgramTokenizer)) for part in parts)


def joined(
    parts: Sequence[tuple[Any, Array]], ranges: Sequence[Sequence[int]], groups: Sequence[PieceGroups]
) -> tuple[Any, np.ndarray]:
    """What `with_pieces` gives for all ids of several parts of one vocabulary, made of the parts alone.

    Args:
        parts: (tokenizer, ids) each: id `i` of the tokenizer is `ids[i]` of the whole vocabulary, ids ascending.
        ranges: `id_ranges` of the whole vocabulary.
        groups: of the pieces in each of these ranges.

    Returns:
        (tokenizer, ids): of all ids that a part has, by their numbers in the whole vocabulary, int64.

    Raises:
        ValueError: the parts are not of one vocabulary.

    >>> whole = NgramTokenizer(num_buckets=9)
    >>> both, ids = joined([(with_pieces(whole, [1, 4]), [1, 4]), (with_pieces(whole, [4, 7]), [4, 7])], [(0, 9)], [None])
    >>> ids.tolist(), both.digest == with_pieces(whole, [1, 4, 7]).digest
    ([1, 4, 7], True)
    """
    tokenizers, ids = [], []
    for place, (first, last) in enumerate(ranges):
        own = [_part_of(tokenizer, numbers, place, len(ranges), first, last) for tokenizer, numbers in parts]
        join = joined_subsets if isinstance(own[0][0], UnigramTokenizer) else _joined_buckets
        tokenizer, numbers = join(own, groups[place])
        tokenizers.append(tokenizer)
        ids.append(numbers + first)
    return tokenizers[0] if len(ranges) == 1 else JoinedTokenizer(tokenizers), np.concatenate(ids)


def _part_of(tokenizer, ids, place, count, first, last):
    """(tokenizer, ids counted from `first`) of one range."""
    own = tokenizer.tokenizers if isinstance(tokenizer, JoinedTokenizer) else [tokenizer]
    numbers = np.asarray(ids, np.int64)
    numbers = numbers[(numbers >= first) & (numbers < last)] - first
    if len(own) != count or own[place].vocabulary_size != len(numbers):
        raise ValueError(
            f"Parts of one vocabulary must have ids in each of its {count} ranges. Received: {shown(tokenizer)}."
        )
    return own[place], numbers


def _joined_buckets(parts, _groups):
    first, buckets = parts[0][0], {}
    for tokenizer, ids in parts:
        same = isinstance(tokenizer, NgramTokenizer) and tokenizer.get_config() == first.get_config()
        if not same or tokenizer.kept is None:
            raise ValueError(f"Parts of one vocabulary must have the same options. Received: {shown(tokenizer)}.")
        for number, bucket in zip(ids.tolist(), tokenizer.kept.buckets.tolist(), strict=True):
            if buckets.setdefault(number, bucket) != bucket:
                raise ValueError(
                    f"Parts of one vocabulary must have the same bucket for an id. Received: another for {cut(number)}."
                )
    ids = np.array(sorted(buckets), np.int64)
    return first.with_buckets([buckets[number] for number in ids.tolist()]), ids


def may_be_cut_otherwise(tokenizer: Any, ids: Array) -> bool:
    """Whether a text may be cut otherwise although its pieces are kept: shorter pieces may spell a word that was unknown.

    >>> tokenizer = WordPieceTokenizer(["[UNK]", "to", "t"])
    >>> [may_be_cut_otherwise(tokenizer, ids) for ids in tokenizer.tokenize(["to", "tot"])]
    [False, True]
    """
    return any(kind.may_be_cut_otherwise(part, np.asarray(ids) - first) for part, kind, first in _parts(tokenizer))


def first_cuts(tokenizer: Any, texts: list[str]) -> list[np.ndarray] | None:
    """Ids that decide how texts are cut, beside those that they are cut into; None where nothing else does.

    >>> first_cuts(NgramTokenizer(num_buckets=9), ["to be"]) is None
    True
    """
    found = [(kind.first_cut(part, texts), first) for part, kind, first in _parts(tokenizer)]
    rows = [[np.asarray(ids) + first for ids in cuts] for cuts, first in found if cuts is not None]
    return [np.concatenate(row) for row in zip(*rows, strict=True)] if rows else None


def _of_bytes(piece):
    try:
        return bytes(_BYTES[character] for character in piece).decode("utf-8").strip(" ")
    except (KeyError, UnicodeDecodeError):  # a special token, or part of a character
        return ""


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
