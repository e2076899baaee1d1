"""Takes over the vocabulary of a KerasHub tokenizer that holds a SentencePiece model."""

from typing import Any

from keras_i18n.shown import shown
from keras_i18n.tokenizers.sentencepiece_model import PieceType, length_delimited, raw_fields
from keras_i18n.tokenizers.unigram import UnigramTokenizer


def _control(piece):
    return length_delimited(1, piece.encode()) + bytes([0x18, PieceType.CONTROL])


def from_keras_hub(tokenizer: Any, *, begin: bool = False, end: bool = False) -> UnigramTokenizer:
    """A `UnigramTokenizer` with the ids of a KerasHub tokenizer: XLM-R, ALBERT, DeBERTa-v3, T5 and their like.

    KerasHub may number the pieces otherwise than their SentencePiece file does (XLM-R shifts them by one) and add
    pieces beside it. Here the pieces of the file are put into that order, and what is added becomes a control piece,
    which no text gives.

    Args:
        tokenizer: object with `proto` (bytes of a SentencePiece unigram model) and `get_vocabulary()`.
        begin, end: piece put around each text: False for none, True for the tokenizer's `start_token` and
            `end_token`, or a piece.

    Raises:
        TypeError: for an object of another kind.
        ValueError: for a vocabulary that lacks pieces of the file, or a model that is not unigram.

    >>> class Shifted:
    ...     def __init__(self, model):
    ...         self.proto = model.model_bytes
    ...         self.get_vocabulary = lambda: ["<pad>", *model.pieces]
    >>> from keras_i18n.tokenizers import train_unigram
    >>> plain = train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20)
    >>> shifted = from_keras_hub(Shifted(plain))
    >>> (shifted.tokenize(["to be"])[0] - plain.tokenize(["to be"])[0]).tolist() == [1] * len(plain.tokenize(["to be"])[0])
    True
    """
    proto, vocabulary = getattr(tokenizer, "proto", None), getattr(tokenizer, "get_vocabulary", None)
    if not isinstance(proto, bytes) or vocabulary is None:
        raise TypeError(
            "A KerasHub tokenizer must hold a SentencePiece model (`proto`, `get_vocabulary`). "
            f"Received: {shown(tokenizer)}, which does not."
        )
    special: dict[str, Any] = {}
    for name, option, attribute in (("begin", begin, "start_token"), ("end", end, "end_token")):
        special[name] = getattr(tokenizer, attribute) if option is True else option
    model, wanted = UnigramTokenizer(proto), list(vocabulary())
    if wanted == list(model.pieces):
        return UnigramTokenizer(proto, **special)
    missing = set(model.pieces) - set(wanted)
    if missing or len(set(wanted)) < len(wanted):
        raise ValueError(
            "A vocabulary must name every piece of its SentencePiece file once. Received: one without "
            f"{shown(sorted(missing)[:3])} or with a piece twice."
        )
    contents = [value for field, value in raw_fields(proto) if field == 1]
    of_piece = dict(zip(model.pieces, contents, strict=True))
    pieces = b"".join(length_delimited(1, of_piece.get(piece) or _control(piece)) for piece in wanted)
    rest = b"".join(length_delimited(field, value) for field, value in raw_fields(proto) if field != 1)
    return UnigramTokenizer(pieces + rest, **special)
