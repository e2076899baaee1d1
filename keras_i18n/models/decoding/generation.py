"""How a text goes on: sampled, greedy, by beam search, or word by word."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_i18n.models.decoding.continuation import Continuation
from keras_i18n.shown import shown


@dataclasses.dataclass(frozen=True)
class Suggestion:
    """What may come next, and how probable it is."""

    text: str
    probability: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sampling:
    """Which of the next tokens may be drawn.

    Args:
        temperature: 0 takes the most probable token; below 1 sharpens, above 1 flattens the probabilities.
        top_k: only so many of the most probable tokens.
        top_p: only the most probable tokens that together have this probability (Holtzman et al. 2020).
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self):
        if not 0 <= self.temperature < math.inf:
            raise ValueError(f"`temperature` must be at least 0. Received: {shown(self.temperature)}.")
        if self.top_k is not None and (int(self.top_k) != self.top_k or self.top_k < 1):
            raise ValueError(f"`top_k` must be a whole number of at least 1. Received: {shown(self.top_k)}.")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"`top_p` must lie above 0 and be at most 1. Received: {shown(self.top_p)}.")

    def probabilities(self, log_probabilities: np.ndarray) -> np.ndarray:
        """Float64 `(tokens,)` that add up to 1, 0 for what may not be drawn."""
        if self.temperature == 0:
            return np.eye(len(log_probabilities))[np.argmax(log_probabilities)]
        scaled = log_probabilities / self.temperature
        chances = np.exp(scaled - scaled.max())
        chances /= chances.sum()
        order = np.argsort(-chances, kind="stable")
        kept = len(order) if self.top_k is None else min(self.top_k, len(order))
        if self.top_p is not None:
            kept = min(kept, int(np.searchsorted(np.cumsum(chances[order]), self.top_p * (1 - 1e-12))) + 1)
        chances[order[kept:]] = 0
        return chances / chances.sum()


def sample(
    continuation: Continuation, *, max_tokens: int, end_id: int | None, sampling: Sampling, seed: int
) -> np.ndarray:
    """Token ids of the text with what was drawn, without the end."""
    random = np.random.default_rng(seed)
    for _ in range(max_tokens):
        chances = sampling.probabilities(continuation.next[0])
        token = int(random.choice(len(chances), p=chances))
        if token == end_id:
            break
        continuation.grow([0], [token])
    return continuation.token_ids[0]


def beam_search(start: Callable[[], Continuation], *, max_tokens: int, end_id: int | None, num_beams: int) -> Any:
    """Token ids of the most probable text found, without the end, and its log probability.

    It is never less probable than the greedy one, which is tried too: a beam alone can lose it.

    Args:
        start: makes a new `Continuation`.
    """
    candidates = [_beams(start(), max_tokens, end_id, width) for width in {1, num_beams}]
    return max(candidates, key=lambda candidate: candidate[1])


def _beams(continuation, max_tokens, end_id, width):
    scores = np.zeros(1)
    best = (None, -np.inf)
    for _ in range(max_tokens):
        totals = scores[:, None] + continuation.next
        rows, tokens = _best(totals, width)
        for row, token in zip(rows, tokens, strict=True):
            if token == end_id and totals[row, token] > best[1]:
                best = (continuation.token_ids[row], totals[row, token])
        going = [(row, token) for row, token in zip(rows, tokens, strict=True) if token != end_id]
        going = [(row, token) for row, token in going if totals[row, token] > best[1]]
        if not going:
            return best
        scores = np.array([totals[row, token] for row, token in going])
        continuation.grow([row for row, _ in going], [token for _, token in going])
    longest = int(np.argmax(scores))
    return best if best[1] >= scores[longest] else (continuation.token_ids[longest], float(scores[longest]))


def next_words(
    continuation: Continuation,
    *,
    top: int,
    starts_word: np.ndarray,
    is_space: np.ndarray,
    end_id: int | None,
    text_of: Callable[[Any], str],
    max_tokens: int = 24,
) -> list[Suggestion]:
    """The most probable words to come: from here to where the next word starts, or the end.

    Args:
        continuation: of the text so far.
        top: number of words.
        starts_word, is_space: bool `(tokens,)`: pieces that start a new word, and pieces of white space.
        end_id: the end piece.
        text_of: token ids of the whole text -> what was added to it.
    """
    over = starts_word | is_space
    over[end_id] = True
    width = 4 * top
    scores = np.zeros(1)
    found: dict[str, float] = {}
    for step in range(max_tokens):
        nexts = continuation.next.copy()
        if step:
            finished = np.logaddexp.reduce(nexts[:, over], axis=1) + scores
            for ids, score in zip(continuation.token_ids, finished, strict=True):
                word = text_of(ids)
                if word.strip():
                    found[word] = np.logaddexp(found.get(word, -np.inf), score)
            nexts[:, over] = -np.inf
        else:
            nexts[:, is_space] = -np.inf
            nexts[:, end_id] = -np.inf
        totals = scores[:, None] + nexts
        rows, tokens = _best(totals, width)
        ranked = sorted(found.values(), reverse=True)
        worst = ranked[top - 1] if len(ranked) >= top else -np.inf
        going = [(row, token) for row, token in zip(rows, tokens, strict=True) if totals[row, token] > worst]
        if not going:
            break
        scores = np.array([totals[row, token] for row, token in going])
        continuation.grow([row for row, _ in going], [token for _, token in going])
    best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:top]
    return [Suggestion(word, float(np.exp(score))) for word, score in best]


def _best(totals, count):
    flat = totals.ravel()
    places = np.argsort(-flat, kind="stable")[:count]
    places = places[np.isfinite(flat[places])]
    return places // totals.shape[1], places % totals.shape[1]
