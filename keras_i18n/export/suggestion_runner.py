"""A language model's file: what was typed in, the next suggestions out."""

import re
from typing import Any

import numpy as np

from keras_i18n.export.codepoints import codepoints_of
from keras_i18n.export.runner import Runner
from keras_i18n.models.decoding.suggestions import suggestions
from keras_i18n.models.text_inputs import checked_texts
from keras_i18n.shown import shown

_BYTES = re.compile("(?:<0x[0-9A-F]{2}>)+")
_LEAST = -1e3  # log probabilities below are those of pieces that never follow


class SuggestionRunner(Runner):
    """An exported language model: `suggest(text)`; `predict(texts)` gives probabilities of the next token."""

    def suggest(self, text: str, *, top: int = 3, unit: str = "word", language: str | None = None) -> list[Any]:
        """The most probable next words; arguments and result as in `LanguageModel.suggest`."""
        if not isinstance(text, str):
            raise TypeError(f"A text to continue must be a str. Received: {shown(text)}.")
        (text,) = checked_texts([text], self.metadata.max_codepoints)
        continuation = _Continuation(self._run, self.metadata.generation, text, self._begin(language))
        return suggestions(
            continuation,
            pieces=self.labels,
            end_id=self.metadata.generation["end_id"],
            text_of=lambda token_ids: self._text_of(token_ids, at_start=not text),
            top=top,
            unit=unit,
        )

    def _begin(self, language):
        if language is None:
            return 0
        known = self.metadata.generation["language_tags"]
        if language not in known:
            raise ValueError(
                f"`language` must be one of the model's tags ({', '.join(known) or 'none'}). Received: {shown(language)}."
            )
        return 1 + known.index(language)

    def _text_of(self, token_ids, at_start):
        text = "".join(self.labels[token] for token in token_ids)
        if not self.metadata.generation["subwords"]:
            return text
        text = _BYTES.sub(
            lambda found: bytes.fromhex(found[0].replace("<0x", "").replace(">", "")).decode(errors="replace"), text
        )
        text = text.replace("\u2581", " ")
        return text.removeprefix(" ") if at_start else text

    def _first_output(self, texts):
        states = _first_states(self.metadata.generation, len(texts), begin=0)
        nothing = np.full((len(texts), 1), -1, "int32")
        return np.exp(self._run(codepoints=codepoints_of(texts), token_ids=nothing, **states)[0])


class _Continuation:
    """A `Continuation` over a file: the states are passed along."""

    def __init__(self, run, generation, text, begin):
        self._run = run
        self._states = generation["states"]
        self.token_ids = np.zeros((1, 0), "int32")  # what was added to the text
        self._read(codepoints_of([text]), np.full((1, 1), -1, "int32"), _first_states(generation, 1, begin))

    def _read(self, codepoints, token_ids, states):
        found, *states = self._run(codepoints=codepoints, token_ids=token_ids, **states)
        self.next = np.where(found < _LEAST, -np.inf, found.astype("float64"))
        self._given = {told["input"]: state for told, state in zip(self._states, states, strict=True)}

    def grow(self, rows, chosen):
        """Keeps these rows (one may be kept several times), each with its chosen token added."""
        chosen = np.asarray(chosen, "int32")[:, None]
        self.token_ids = np.concatenate([self.token_ids[rows], chosen], axis=1)
        states = {name: state[rows] for name, state in self._given.items()}
        self._read(np.zeros((len(chosen), 1), "int32"), chosen, states)


def _first_states(generation, count, begin):
    states = {
        told["input"]: np.full((count, told["size"]), told["first"], told["dtype"]) for told in generation["states"]
    }
    states["state_0"][:] = begin
    return states
