"""The sentencepiece library under a tokenizer: the best cut of a text, and one drawn at random of the same pieces."""

import functools
from typing import Any

import numpy as np

from keras_i18n.protocols import TokenIds
from keras_i18n.shown import cut
from keras_i18n.tokenizers import sentencepiece_model
from keras_i18n.tokenizers.charsmap import check_charsmap
from keras_i18n.tokenizers.piece_groups import PieceGroups, piece_lengths
from keras_i18n.tokenizers.sentencepiece_model import SentencePieceModel
from keras_i18n.tokenizers.subword_sampling import SubwordSampler

_KEPT_PROCESSORS = 16  # of sets of groups; each takes 20 MB with a vocabulary of 128,000 pieces


class LibrarySegmentation:
    """Cuts texts into the pieces of a model by the sentencepiece library, and by the rule of `PieceGroups`.

    A text that may not use some groups is cut by the library as well, with a model in which their pieces are of a type that
    it uses in no text.

    Args:
        model_bytes, model: a `.model` file's bytes, and what `parse` found in them.
        groups: `PieceGroups` of its pieces.

    Raises:
        ValueError: for a model that the library refuses, or groups that it does not have.
    """

    def __init__(self, model_bytes: bytes, model: SentencePieceModel, groups: PieceGroups) -> None:
        groups.check(model)
        self.model_bytes, self.model, self.groups = model_bytes, model, groups
        check_charsmap(model.charsmap)  # the library does not
        self.processor = _processor(model_bytes)
        # no lock that a fork could take along: two threads may both make a processor, which harms nobody
        self._processor_of = functools.lru_cache(_KEPT_PROCESSORS)(self._restricted)
        self._sampler_of = functools.lru_cache(_KEPT_PROCESSORS)(self._sampler)  # it remembers words from call to call

    def _restricted(self, allowed):
        unused = self.groups.forbidden_pieces(np.array(allowed, bool), len(self.model.pieces))
        return _processor(sentencepiece_model.without_pieces(self.model_bytes, unused))

    def _sampler(self, allowed, alpha):
        forbidden = self.groups.forbidden_pieces(np.array(allowed, bool), len(self.model.pieces)) if allowed else ()
        unused = np.flatnonzero(forbidden).tolist()
        return SubwordSampler(self.model, alpha=alpha, without=unused)

    @functools.cached_property
    def _lengths(self):
        return piece_lengths(self.model)

    def with_all_pieces(self, texts: list[str], threads: int) -> TokenIds:
        """Token ids of the likeliest pieces, whichever groups they are of."""
        return _best(self.processor, texts, threads)

    def best(self, texts: list[str], threads: int) -> TokenIds:
        """Token ids of the likeliest pieces that each text may use, an int32 array a text."""
        found = self.with_all_pieces(texts, threads)
        if self.groups.starts:
            for allowed, rows in self.groups.allowed_sets(found, self._lengths, only_broken=True):
                again = _best(self._processor_of(allowed), [texts[row] for row in rows], threads)
                for row, ids in zip(rows, again, strict=True):
                    found[row] = ids
        return found

    def drawn(self, texts: list[str], alpha: float, seed: int, threads: int) -> list[Any]:
        """Token ids of pieces drawn at random, of the groups that a text's best pieces may be of."""
        parts: Any = [((), range(len(texts)))]
        if self.groups.starts:
            parts = self.groups.allowed_sets(self.with_all_pieces(texts, threads), self._lengths, only_broken=False)
        generator = np.random.default_rng(seed)
        found: list[Any] = [None] * len(texts)
        for allowed, rows in parts:
            sampler = self._sampler_of(tuple(allowed), alpha)
            for row in rows:
                found[row] = sampler.sample(self.processor.normalize(texts[row]), generator)
        return found


def _processor(model_bytes):
    import sentencepiece

    try:
        return sentencepiece.SentencePieceProcessor(model_proto=model_bytes)
    except RuntimeError as error:
        raise ValueError(f"The sentencepiece library refused the model. Received: {cut(error)}") from error


def _best(processor, texts, threads):
    return list(processor.encode(texts, return_type="numpy", num_threads=threads)) if texts else []
