"""A unigram vocabulary with some of its pieces, cut out of its file."""

import numpy as np

from keras_i18n.protocols import Array
from keras_i18n.shown import cut
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
    fields = raw_fields(tokenizer.model_bytes)
    pieces = [content for field, content in fields if field == _PIECE]
    out = [length_delimited(_PIECE, pieces[i]) for i in wanted]
    for field, content in fields:
        # what the file says of texts that it was tested with does not hold for a part of it
        if field not in (_PIECE, _SELF_TEST):
            out.append(length_delimited(field, content))
    config = tokenizer.get_config() | {"groups": tokenizer.groups.selected(wanted)}
    return UnigramTokenizer(b"".join(out), **config, threads=tokenizer.threads)
