"""Which target tokens a translation may need, by the tokens of its source."""

from typing import Any

import numpy as np

from keras_i18n.models import TranslationShortlist, Translator
from keras_i18n.models.translation.training_pairs import training_pairs
from keras_i18n.shown import cut, shown
from keras_i18n.transfer.word_translation.ibm_model_1 import translation_probabilities

_MOST_CELLS = 30_000_000  # tokens beside tokens that are counted, some 40 bytes each


def lexical_shortlist(
    translator: Translator, pairs: Any, *, candidates: int = 50, always: int = 200, seed: int = 0
) -> TranslationShortlist:
    """A shortlist of the target tokens that stand for source tokens in sentence pairs.

    A search that looks at a few hundred tokens in place of all multiplies less at each step; most translations stay the
    same. `translator.shortlist = lexical_shortlist(translator, pairs)` puts it in use.

    Source: the lexical shortlists of Jean et al. 2015 and of Marian (Junczys-Dowmunt et al. 2018), by IBM model 1
    (Brown et al. 1993).

    Args:
        translator: whose tokens they are.
        pairs: as `Translator.fit` takes them, best those that it was trained on; of very many a part is drawn.
        candidates: target tokens for each source token, at most. With one vocabulary for both sides a token is always
            one of its own: names and numbers are copied.
        always: of the most frequent target tokens, that many are in every list.
        seed: of the draw.

    Raises:
        TypeError: no translator. ValueError: no pair, counts below 1, a language that the translator writes and no pair has.

    Example:

    >>> from keras_i18n import Translator, transfer
    >>> pairs = [("one two", "eins zwei"), ("two one", "zwei eins"), ("one", "eins"), ("two", "zwei")]
    >>> translator = Translator.from_scratch(pairs, vocabulary_size=290, size="tiny")
    >>> shortlist = transfer.lexical_shortlist(translator, pairs, candidates=3, always=2)
    >>> shortlist.candidates.shape == (translator.tokenizer.vocabulary_size, 3)
    True
    """
    if not isinstance(translator, Translator):
        raise TypeError(f"`translator` must be a Translator. Received: {shown(translator)}.")
    for name, value in (("candidates", candidates), ("always", always)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"`{name}` must be a whole number, at least 1. Received: {shown(value)}.")
    rows = training_pairs(pairs)
    written = sorted({tag for tag in rows.target_language if tag is not None})
    left_out = [tag for tag in translator.language_tags if tag not in written]
    if left_out:
        raise ValueError(
            f"`pairs` must have texts in every language that the translator writes. Received: none in {cut(', '.join(left_out))}."
        )
    source = translator.source_ids(
        rows.source, target_language=rows.target_language if translator.language_tags else None
    )
    target = translator.target_ids(rows.target)
    frequent = np.bincount(np.concatenate(target), minlength=translator.num_target_tokens)
    frequent[list(translator.never_written)] = 0
    frequent[translator.target_tokenizer.end_id] = frequent.sum() + 1  # however few there are to be
    ranked = np.argsort(-frequent, kind="stable")[:always]
    everywhere = ranked[frequent[ranked] > 0]
    return TranslationShortlist(_candidates(translator, source, target, candidates, seed), everywhere)


def _candidates(translator, source, target, most, seed):
    """int32 `(source tokens, most)`, best first, padded with -1."""
    num_source, num_target = translator.tokenizer.vocabulary_size, translator.num_target_tokens
    never = np.array([*translator.never_written, translator.target_tokenizer.end_id])
    given, made, pair, cells = [], [], [], 0
    for number in np.random.default_rng(seed).permutation(len(source)):
        left, right = (np.unique(side[number]).astype("int64") for side in (source, target))
        left, right = left[left < num_source], right[~np.isin(right, never)]
        given.append(np.repeat(left, len(right)))
        made.append(np.tile(right, len(left)))
        pair.append(np.full(len(left) * len(right), number))
        cells += len(pair[-1])
        if cells > _MOST_CELLS:
            break
    found = np.full((num_source, most), -1, "int32")
    left, right = np.zeros(0, "int64"), np.zeros(0, "int64")
    weight = np.zeros(0)
    if cells:
        left, right, weight = translation_probabilities(*map(np.concatenate, (given, made, pair)))
    if translator.joint:
        own = np.setdiff1d(np.arange(min(num_source, num_target)), never)
        left, right = np.concatenate([own, left]), np.concatenate([own, right])
        weight = np.concatenate([np.full(len(own), np.inf), weight])
        left, right, weight = _each_once(left, right, weight, num_target)
    order = np.lexsort((-weight, left))
    left, right = left[order], right[order]
    place = np.arange(len(left)) - np.searchsorted(left, left)
    kept = place < most
    found[left[kept], place[kept]] = right[kept]
    return found


def _each_once(left, right, weight, num_target):
    """The first of what stands twice."""
    _, first = np.unique(left * np.int64(num_target) + right, return_index=True)
    return left[first], right[first], weight[first]
