"""A unigram vocabulary with some of its pieces, cut out of its file."""

from collections.abc import Sequence

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers.piece_groups import PieceGroups
from keras_i18n.tokenizers.sentencepiece_model import PieceType, SentencePieceModel, length_delimited, raw_fields
from keras_i18n.tokenizers.unigram import UnigramTokenizer

_PIECE, _SELF_TEST = 1, 4


def indispensable_pieces(model: SentencePieceModel) -> list[int]:
    """Token ids that every part of a vocabulary keeps: what is no normal piece, and those with lowest and highest score.

    The lowest score decides what an unknown character costs, the highest what a user-defined symbol gains: with both,
    a text whose pieces are all kept is cut as before. Its best way is still there with the same score; no other way has
    gained; and of equal ways the first one wins in both.

    >>> from keras_i18n.tokenizers import train_unigram
    >>> model = train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20).model
    >>> model.unknown_id in indispensable_pieces(model)
    True
    """
    types, scores = np.array(model.types), np.array(model.scores)
    normal = np.flatnonzero(types == PieceType.NORMAL)
    extremes = [int(normal[scores[normal].argmin()]), int(normal[scores[normal].argmax()])] if len(normal) else []
    return sorted({*np.flatnonzero(types != PieceType.NORMAL).tolist(), *extremes})


def with_selected_pieces(tokenizer: UnigramTokenizer, ids: Array) -> UnigramTokenizer:
    """A tokenizer of some pieces; piece `ids[i]` becomes piece `i`.

    The normaliser stays whole. Rules that only other scripts need are less than a tenth of a megabyte of a file, and
    without them a text with a character of these scripts could be normalised otherwise.

    Args:
        tokenizer: stays as it is.
        ids: distinct token ids; those of `indispensable_pieces` must be among them, and those of `PieceGroups` in the order of
            their groups.

    Raises:
        ValueError: an id that is not there or comes twice, an indispensable piece that is missing, or groups out of order.

    >>> from keras_i18n.tokenizers import train_unigram
    >>> tokenizer = train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20)
    >>> ids = sorted({*indispensable_pieces(tokenizer.model), *tokenizer.tokenize(["to be"])[0].tolist()})
    >>> smaller = with_selected_pieces(tokenizer, ids)
    >>> smaller.vocabulary_size < tokenizer.vocabulary_size, smaller.detokenize(smaller.tokenize(["to be"]))
    (True, ['to be'])
    """
    wanted = [int(i) for i in ids]
    lacking = sorted(set(indispensable_pieces(tokenizer.model)) - set(wanted))
    if lacking or len(set(wanted)) < len(wanted) or not all(0 <= i < tokenizer.vocabulary_size for i in wanted):
        raise ValueError(
            f"`ids` must be distinct token ids below {tokenizer.vocabulary_size}, with all indispensable pieces. "
            f"Received: {len(wanted)} of them, {len(set(wanted))} different, without "
            f"{cut([tokenizer.pieces[i] for i in lacking[:3]])}."
        )
    pieces, rest = _parts(tokenizer)
    config = tokenizer.get_config() | {"groups": tokenizer.groups.selected(wanted)}
    return UnigramTokenizer(_model_of([pieces[i] for i in wanted], rest), **config, threads=tokenizer.threads)


def joined_subsets(
    parts: Sequence[tuple[UnigramTokenizer, Array]], groups: PieceGroups
) -> tuple[UnigramTokenizer, np.ndarray]:
    """What `with_selected_pieces` gives for all pieces of several parts of one vocabulary, made of the parts alone.

    Args:
        parts: (tokenizer, ids) each: piece `i` of the tokenizer is piece `ids[i]` of the whole vocabulary, ids ascending.
        groups: of the whole vocabulary.

    Returns:
        (tokenizer, ids): of all pieces that a part has, by their ids in the whole vocabulary, int64.

    Raises:
        ValueError: the parts are not of one vocabulary: they have different normalisers or options, or another piece or
            score for an id.

    >>> from keras_i18n.tokenizers import train_unigram
    >>> whole = train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20)
    >>> always = set(indispensable_pieces(whole.model))
    >>> chosen = [sorted(always | {3, 5, 9}), sorted(always | {5, 7})]
    >>> joined, ids = joined_subsets([(with_selected_pieces(whole, ids), ids) for ids in chosen], whole.groups)
    >>> joined.digest == with_selected_pieces(whole, sorted({*chosen[0], *chosen[1]})).digest
    True
    """
    found: dict[int, bytes] = {}
    first, rest = parts[0][0], None
    for tokenizer, ids in parts:
        pieces, own_rest = _parts(tokenizer)
        config = _shared_config(tokenizer)
        if (rest is not None and own_rest != rest) or config != _shared_config(first):
            raise ValueError(
                "Parts of one vocabulary must have the same normaliser and options. Received: others, such as "
                f"{shown(config)}."
            )
        rest = own_rest
        for token_id, piece in zip(np.asarray(ids).tolist(), pieces, strict=True):
            if found.setdefault(token_id, piece) != piece:
                raise ValueError(
                    f"Parts of one vocabulary must have the same piece for an id. Received: another one for {cut(token_id)}."
                )
    wanted = np.array(sorted(found), np.int64)
    options = {**_shared_config(first), "groups": groups.selected(wanted.tolist())}
    return UnigramTokenizer(_model_of([found[i] for i in wanted.tolist()], rest or []), **options), wanted


def _shared_config(tokenizer):
    return {name: value for name, value in tokenizer.get_config().items() if name != "groups"}


def _parts(tokenizer):
    """(bytes of each piece, all other fields) of a tokenizer's model file."""
    fields = raw_fields(tokenizer.model_bytes)
    # what the file says of texts that it was tested with does not hold for a part of it
    rest = [(field, content) for field, content in fields if field not in (_PIECE, _SELF_TEST)]
    return [content for field, content in fields if field == _PIECE], rest


def _model_of(pieces, rest):
    fields = [*((_PIECE, piece) for piece in pieces), *rest]
    return b"".join(length_delimited(field, content) for field, content in fields)
