"""Subword regularisation: a text cut at random into pieces, the likelier ways more often, by one seed everywhere.

The sentencepiece library samples too, but its generators take part of their seed from the process since 0.2.3.
"""

import bisect
import itertools
import math
import re
from collections.abc import Iterable

import numpy as np

from keras_i18n.tokenizers.sentencepiece_model import PieceType, SentencePieceModel

_SPACE = "\u2581"
_UNKNOWN_PENALTY = 10.0  # of the library: below the lowest score
_MOST_WORDS = 100_000  # whose ways are remembered

# for each place of a word: running sums of probabilities, where the last piece starts, its id
_Ways = list[tuple[list[float], list[int], list[int]]]


class SubwordSampler:
    """Draws ways to cut normalised texts, by forward filtering and backward sampling.

    Args:
        model: the vocabulary.
        alpha: smoothing; 0 makes all ways alike, 1 follows the scores.
        without: ids of pieces that no text may have.

    Source: Kudo 2018, "Subword Regularization" (arXiv 1804.10959).
    """

    def __init__(self, model: SentencePieceModel, *, alpha: float, without: Iterable[int] = ()) -> None:
        self._model, self._alpha = model, alpha
        unused = {model.pieces[number] for number in without}
        self._pieces = {piece: found for piece, found in _scored(model).items() if piece not in unused}
        self._longest = max(map(len, self._pieces), default=1)
        # without a piece that reaches over a space, words are cut each for itself
        alone = not model.whitespace_as_suffix and not any(_SPACE in piece[1:] for piece in self._pieces)
        self._words = re.compile(f"{_SPACE}?[^{_SPACE}]+|{_SPACE}") if alone else re.compile("(?s).+")
        self._unknown_score = model.min_score - _UNKNOWN_PENALTY
        self._bytes = (
            {
                piece: number
                for number, (piece, kind) in enumerate(zip(model.pieces, model.types, strict=True))
                if kind == PieceType.BYTE
            }
            if model.byte_fallback
            else None
        )
        self._ways: dict[str, _Ways] = {}

    def sample(self, text: str, generator: np.random.Generator) -> list[int]:
        """Token ids of one way to cut a normalised text (spaces as U+2581)."""
        random = generator.random(len(text)).tolist()
        found: list[int] = []
        at = 0
        for word in self._words.findall(text):
            found += self._word(word, random[at : at + len(word)])
            at += len(word)
        if self._bytes is not None:
            return found
        # signs that the vocabulary lacks are one token together, as the library has it
        unknown = self._model.unknown_id
        return [token for token, group in itertools.groupby(found) for _ in (group if token != unknown else [0])]

    def _word(self, word, random):
        ways = self._ways_of(word)
        ids, end, draw = [], len(word), iter(random)
        while end:
            sums, starts, tokens = ways[end]
            place = min(bisect.bisect_right(sums, next(draw) * sums[-1]), len(sums) - 1)
            ids.append((tokens[place], starts[place], end))
            end = starts[place]
        told = []
        for token, start, stop in reversed(ids):
            if token == self._model.unknown_id and self._bytes is not None:
                told += [self._bytes[f"<0x{byte:02X}>"] for byte in word[start:stop].encode()]
            else:
                told.append(token)
        return told

    def _ways_of(self, word):
        ways = self._ways.get(word)
        if ways is None:
            if len(self._ways) >= _MOST_WORDS:
                self._ways.clear()
            ways = self._ways[word] = self._computed(word)
        return ways

    def _computed(self, word: str) -> _Ways:
        total = [0.0] + [-math.inf] * len(word)  # log of the sum over all ways to a place
        ways: _Ways = [([], [], [])]
        ending: list[list[tuple[int, int, float]]] = [[] for _ in range(len(word) + 1)]
        for start in range(len(word)):
            for end in range(start + 1, min(start + self._longest, len(word)) + 1):
                found = self._pieces.get(word[start:end])
                if found is not None:
                    ending[end].append((start, *found))
                elif end == start + 1:
                    ending[end].append((start, self._model.unknown_id, self._unknown_score))
        for end in range(1, len(word) + 1):
            logs = [total[start] + self._alpha * score for start, _, score in ending[end]]
            most = max(logs)
            shares = [math.exp(log - most) for log in logs]
            total[end] = most + math.log(sum(shares))
            ways.append(
                (
                    list(itertools.accumulate(shares)),
                    [start for start, _, _ in ending[end]],
                    [token for _, token, _ in ending[end]],
                )
            )
        return ways


def _scored(model):
    """piece -> (id, score), of the pieces that texts are cut into."""
    normal = [score for score, kind in zip(model.scores, model.types, strict=True) if kind == PieceType.NORMAL]
    highest = max(normal, default=0.0)
    found = {}
    for number, (piece, score, kind) in enumerate(zip(model.pieces, model.scores, model.types, strict=True)):
        if kind == PieceType.NORMAL:
            found[piece] = (number, score)
        elif kind == PieceType.USER_DEFINED:  # the library: better than any way without it
            found[piece] = (number, len(piece) * highest - 0.1)
    return found
