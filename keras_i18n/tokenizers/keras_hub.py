"""Takes over the tokenizers of KerasHub, alone or inside of a preprocessor."""

from collections.abc import Callable
from typing import Any

from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers.byte_pair import BytePairTokenizer, pieces_by_id
from keras_i18n.tokenizers.sentencepiece_model import PieceType, length_delimited, raw_fields
from keras_i18n.tokenizers.unigram import UnigramTokenizer
from keras_i18n.tokenizers.wordpiece import WordPieceTokenizer

_MAX_WORD_BYTES = 100  # of KerasHub's WordPiece


def from_keras_hub(
    tokenizer: Any, *, begin: bool | str | None = None, end: bool | str | None = None, pattern: str = "gpt2"
) -> UnigramTokenizer | WordPieceTokenizer | BytePairTokenizer:
    """A tokenizer with the ids of one of KerasHub.

    BERT's and DistilBERT's become a `WordPieceTokenizer`, GPT-2's and RoBERTa's a `BytePairTokenizer`, XLM-R's, ALBERT's,
    DeBERTa-v3's, T5's and their like a `UnigramTokenizer`. Of a preprocessor the pieces around a text and the length to
    which texts are cut come along.

    KerasHub may number the pieces of a SentencePiece file otherwise than the file does (XLM-R shifts them by one) and add
    pieces beside it. Here the pieces of the file are put into that order, and what is added becomes a control piece, which
    no text gives. WordPiece and byte pairs are cut as KerasHub cuts them inside of `tf.data`, as `fit` and `predict` do.

    Args:
        tokenizer: tokenizer of KerasHub, or a preprocessor that holds one.
        begin, end: piece put around each text: False for none, True for the tokenizer's `start_token` and
            `end_token`, or a piece; None for what the preprocessor does, and for none where there is no preprocessor.
        pattern: how a byte-pair tokenizer finds words. "gpt2" is that of the published weights and of `tf.data`; a tokenizer
            of KerasHub 0.32 that is called by itself, or fed by Grain, uses "llama3".

    Raises:
        TypeError: for an object of another kind.
        ValueError: for a vocabulary that lacks pieces of the file, a SentencePiece model that is not unigram, or options
            that have no counterpart here; names them.

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
    options: dict[str, Any] = {}
    inner = getattr(tokenizer, "tokenizer", None)
    if inner is not None:
        options["max_tokens"] = _length(tokenizer)
        begin = getattr(tokenizer, "add_start_token", True) if begin is None else begin
        end = getattr(tokenizer, "add_end_token", True) if end is None else end
        tokenizer = inner
    elif getattr(tokenizer, "sequence_length", None):
        raise ValueError(
            "A tokenizer must leave the length of texts to its preprocessor. Received: "
            f"sequence_length={cut(tokenizer.sequence_length)}. Make it without, or pass the preprocessor."
        )
    for name, option, attribute in (("begin", begin, "start_token"), ("end", end, "end_token")):
        options[name] = getattr(tokenizer, attribute) if option is True else (option or False)
    for holds, read in _READERS.items():
        if all(hasattr(tokenizer, attribute) for attribute in holds):
            return read(tokenizer, options, pattern)
    raise TypeError(
        "A KerasHub tokenizer must hold a SentencePiece model (`proto`), a WordPiece vocabulary (`suffix_indicator`) or "
        f"byte pairs (`merges`). Received: {shown(tokenizer)}, which does not."
    )


def padding_id(preprocessor: Any) -> int:
    """What a preprocessor or tokenizer of KerasHub pads texts with."""
    tokenizer = getattr(preprocessor, "tokenizer", None) or preprocessor
    return int(getattr(tokenizer, "pad_token_id", None) or 0)


def may_come_of_text(tokenizer: Any, token_id: int) -> bool:
    """Whether a text may name a piece, such as the padding: then the padding mask leaves its token out.

    Args:
        tokenizer: what `from_keras_hub` gave.
    """
    if isinstance(tokenizer, UnigramTokenizer):
        return tokenizer.model.types[token_id] in (PieceType.NORMAL, PieceType.USER_DEFINED)
    return tokenizer.pieces[token_id] in tokenizer.special_tokens


def _length(preprocessor):
    length = getattr(preprocessor, "sequence_length", None)
    if getattr(preprocessor.tokenizer, "sequence_length", None):
        raise ValueError(
            "The tokenizer of a preprocessor must not pad by itself. Received: "
            f"sequence_length={cut(preprocessor.tokenizer.sequence_length)}. Make it without."
        )
    return length


def _word_piece(tokenizer: Any, options: dict[str, Any], _: str) -> WordPieceTokenizer:
    if not tokenizer.split:
        raise ValueError(
            "A tokenizer must find words by itself. Received: split=False, which leaves that to its caller. "
            "Make it with split=True."
        )
    special: list[str] = []
    if tokenizer.special_tokens_in_strings:
        special = [*tokenizer.special_tokens, *(tokenizer.get_config()["special_tokens"] or ())]
    return WordPieceTokenizer(
        list(tokenizer.get_vocabulary()),
        lowercase=tokenizer.lowercase,
        strip_accents=tokenizer.strip_accents,
        split_ideographs=tokenizer.split_on_cjk,
        unknown=tokenizer.oov_token,
        continuation=tokenizer.suffix_indicator,
        special_tokens=special,
        max_word_bytes=_MAX_WORD_BYTES,
        characters="keras_hub_unicode_16",
        compose=tokenizer.lowercase,
        **options,
    )


def _byte_pairs(tokenizer: Any, options: dict[str, Any], pattern: str) -> BytePairTokenizer:
    merges = [str(merge).split(" ") for merge in tokenizer.merges if not str(merge).lstrip().startswith("#version:")]
    return BytePairTokenizer(
        pieces_by_id(dict(tokenizer.vocabulary)),
        merges,
        pattern=pattern,
        prefix_space=tokenizer.add_prefix_space,
        special_tokens=list(tokenizer.unsplittable_tokens or ()),
        **options,
    )


def _control(piece):
    return length_delimited(1, piece.encode()) + bytes([0x18, PieceType.CONTROL])


def _sentence_piece(tokenizer: Any, options: dict[str, Any], _: str) -> UnigramTokenizer:
    proto = tokenizer.proto
    if not isinstance(proto, bytes):
        raise TypeError(f"A KerasHub tokenizer must hold a SentencePiece model as bytes. Received: {shown(proto)}.")
    model, wanted = UnigramTokenizer(proto), list(tokenizer.get_vocabulary())
    if wanted == list(model.pieces):
        return UnigramTokenizer(proto, **options)
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
    return UnigramTokenizer(pieces + rest, **options)


# what a tokenizer holds -> how it is read
_READERS: dict[tuple[str, ...], Callable[..., Any]] = {
    ("proto", "get_vocabulary"): _sentence_piece,
    ("merges", "unsplittable_tokens"): _byte_pairs,
    ("suffix_indicator", "oov_token"): _word_piece,
}
