"""What a translator reads and writes, as token ids."""

from typing import Any

from keras_i18n.protocols import Texts, TokenIds
from keras_i18n.tokenizers.sentencepiece_model import PieceType

_NO_TEXT = (PieceType.UNKNOWN, PieceType.CONTROL)


def cut(tokenizer: Any, texts: Texts, alpha: float | None, seed: Any) -> TokenIds:
    """The best cut of texts, or with `alpha` one that is drawn."""
    return tokenizer.tokenize(texts) if alpha is None else tokenizer.sample(texts, alpha=alpha, seed=seed)


def one_a_text(language: Any, count: int) -> list[Any]:
    """The language of each text, of one for all or of as many as there are texts.

    Raises:
        ValueError: as many they are not.

    >>> one_a_text("de", 2), one_a_text(["de", "fr"], 2)
    (['de', 'de'], ['de', 'fr'])
    """
    given = [language] * count if language is None or isinstance(language, str) else list(language)
    if len(given) != count:
        raise ValueError(f"`target_language` must have one tag a text ({count}). Received: {len(given)}.")
    return given


def never_written(tokenizer: Any, num_tokens: int) -> tuple[int, ...]:
    """Ids that no translation has: unknown and control pieces, the byte 0, which pads texts, all behind the pieces.

    Args:
        tokenizer: of the target. num_tokens: its pieces, and tokens of languages behind them.
    """
    model = tokenizer.model
    never = {tokenizer.unknown_id, tokenizer.begin_id}
    for place, (piece, kind) in enumerate(zip(model.pieces, model.types, strict=True)):
        if kind in _NO_TEXT or piece == "<0x00>":
            never.add(place)
    return (*sorted(never - {tokenizer.end_id}), *range(len(model.pieces), num_tokens))
