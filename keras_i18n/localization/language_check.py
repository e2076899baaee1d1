"""Whether texts are in the language that they are given for, among the languages whose sentences this package has."""

import collections
import functools
import math
from collections.abc import Sequence

import numpy as np

from keras_i18n import datasets
from keras_i18n import languages as tags
from keras_i18n.localization.texts_by_language import sample_texts
from keras_i18n.shown import cut, shown

_ORDER = 3
_SMOOTHING = 0.2
_LOOKED_AT = 200  # texts
_FEWEST_LETTERS = 12  # of a text that tells anything
_MARGIN = 0.25  # natural logarithms a letter by which another language must be likelier
_MOST = 0.5  # share of the texts


def check_language(texts: Sequence[str], language: str) -> None:
    """Refuses texts most of which are clearly in another language of the same script.

    Three letters at a time, as in the sentences that come with this package (Cavnar and Trenkle 1994). A language of
    which there are none is not checked.

    Args:
        texts: list of str; some hundred are looked at.
        language: the tag that they are given for.

    Raises:
        ValueError: another language is clearly likelier for more than half of the texts.

    >>> check_language(["Quel temps fait-il demain à Paris ?"], "fr")
    >>> check_language(["Wie wird das Wetter morgen in Berlin?"], "fr")
    Traceback (most recent call last):
        ...
    ValueError: `texts` for 'fr' must be in French. Received: 1 of 1 that are clearly in another language, ...
    """
    script = tags.script(language)
    known = sample_texts([language])
    own = next(iter(known), None)
    known = {tag: found for tag, found in {**known, **_sample()}.items() if tags.script(tag) == script}
    if own is None or len(known) < 2:
        return
    step = max(1, len(texts) // _LOOKED_AT)
    telling = [text for text in texts[::step] if sum(map(str.isalpha, text)) >= _FEWEST_LETTERS]
    if not telling:
        return
    likely = _log_likelihoods(telling, {tag: _grams_of(known[tag]) for tag in known})
    order = list(known)
    ahead = likely - likely[:, [order.index(own)]]
    best = ahead.argmax(axis=1)
    wrong = ahead.max(axis=1) > _MARGIN
    if wrong.mean() > _MOST:
        found = collections.Counter(order[place] for place in best[wrong]).most_common(1)[0][0]
        first = telling[int(np.flatnonzero(wrong)[0])]
        raise ValueError(
            f"`texts` for '{language}' must be in {tags.name(language)}. Received: {wrong.sum():,} of {len(telling)} "
            f"that are clearly in another language, most in {cut(tags.name(found))}, such as {shown(first)}. Give them for "
            f"'{cut(found)}', or leave them out."
        )


@functools.cache
def _sample():
    """dict, tag -> sentences, of every language that this package has some of."""
    found: dict[str, list[str]] = {}
    for part in datasets.sample("assistant"):
        for text, tag in zip(part.text, part.language, strict=True):
            found.setdefault(tag, []).append(text)
    return found


def _grams_of(texts):
    counted: collections.Counter[str] = collections.Counter()
    for text in texts:
        counted.update(_grams(text))
    return counted


def _grams(text):
    spaced = f" {' '.join(text.lower().split())} "
    return [spaced[place : place + _ORDER] for place in range(len(spaced) - _ORDER + 1)]


def _log_likelihoods(texts, counts):
    """float64 (texts, languages), in the mean over the grams of a text."""
    distinct = len(set().union(*counts.values()))
    totals = {tag: counted.total() + _SMOOTHING * distinct for tag, counted in counts.items()}
    rows = []
    for text in texts:
        grams = _grams(text)
        rows.append(
            [
                sum(math.log((counts[tag][gram] + _SMOOTHING) / totals[tag]) for gram in grams) / max(len(grams), 1)
                for tag in counts
            ]
        )
    return np.array(rows)
