"""What a keyboard shows: the most probable words or tokens to come."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_i18n.models.decoding import generation
from keras_i18n.models.decoding.continuation import Continuation
from keras_i18n.shown import shown


def suggestions(
    continuation: Continuation,
    *,
    pieces: Sequence[str],
    end_id: int | None,
    text_of: Callable[[Any], str],
    top: int = 3,
    unit: str = "word",
) -> list[generation.Suggestion]:
    """The most probable next words, best first.

    Args:
        continuation: of the text so far; see `continuation.Continuation`.
        pieces: the vocabulary, by token id; U+2581 stands for the space.
        end_id: the end piece; it is no suggestion.
        text_of: token ids of the continuation -> what was added to the text.
        top: number of suggestions.
        unit: "word", or "token" for single tokens.

    Returns:
        List of `Suggestion` (text to add, probability).

    Raises:
        ValueError: another unit, or a number below 1.
    """
    if unit not in ("word", "token"):
        raise ValueError(f"`unit` must be 'word' or 'token'. Received: {shown(unit)}.")
    if int(top) != top or top < 1:
        raise ValueError(f"`top` must be a whole number of at least 1. Received: {shown(top)}.")
    if unit == "word":
        return generation.next_words(
            continuation,
            top=top,
            starts_word=np.array([piece.startswith("\u2581") for piece in pieces]),
            is_space=np.array([piece.isspace() or piece == "\u2581" for piece in pieces]),
            end_id=end_id,
            text_of=text_of,
        )
    nexts, read = continuation.next[0], continuation.token_ids[0]
    best = np.argsort(-nexts, kind="stable")
    best = [token for token in best if token != end_id and np.isfinite(nexts[token])][:top]
    return [generation.Suggestion(text_of([*read, token]), float(np.exp(nexts[token]))) for token in best]
