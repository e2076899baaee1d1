"""Which language a piece is likely of, among those of one script, where there are no word lists that tell."""

import collections
from collections.abc import Mapping, Sequence

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.tokenizers import UnigramTokenizer
from keras_i18n.tokenizers.sentencepiece_model import SPACE_SYMBOL

_ORDER = 3
_SMOOTHING = 0.2
_TRUST = 0.7  # letters of a piece depend on each other: their evidence counts less than its sum


def likelihood_of_language(
    tokenizer: UnigramTokenizer, languages: Sequence[str], texts: Mapping[str, Sequence[str]]
) -> np.ndarray:
    """How likely each piece is one of these languages, 0 .. 1, float64 `(pieces,)`.

    Three letters at a time, as in the texts of each language of the same scripts; a piece of fewer letters, or of none, is
    as likely of one as of another. Source: Cavnar and Trenkle 1994, "N-Gram-Based Text Categorization".

    Args:
        tokenizer: with the pieces.
        languages: BCP-47 tags.
        texts: dict, language -> list of str, of all languages that the model knows.

    >>> from keras_i18n.tokenizers import train_unigram
    >>> texts = {"en": ["the weather there"], "de": ["schöne sachen machen"]}
    >>> tokenizer = train_unigram([*texts["en"], *texts["de"]] * 9, vocabulary_size=30)
    >>> likely = likelihood_of_language(tokenizer, ["de"], texts)
    >>> tokenizer.pieces[likely.argmax()], tokenizer.pieces[likely.argmin()]
    ('▁machen', 'ther')
    """
    scripts = {tags.script(tag) for tag in languages}
    rivals = [tag for tag in texts if tags.script(tag) in scripts]
    if not set(languages) & set(rivals) or len(rivals) == len(set(languages) & set(rivals)):
        return np.ones(tokenizer.vocabulary_size)
    counts = {tag: _counts(tokenizer, texts[tag]) for tag in rivals}
    distinct = len(set().union(*counts.values()))
    totals = {tag: counted.total() + _SMOOTHING * distinct for tag, counted in counts.items()}
    own = np.array([tag in languages for tag in rivals])
    found = np.empty(tokenizer.vocabulary_size)
    for token_id, piece in enumerate(tokenizer.pieces):
        grams = _grams(piece.lower())
        logs = np.array(
            [sum(np.log((counts[tag][gram] + _SMOOTHING) / totals[tag]) for gram in grams) for tag in rivals]
        )
        likely = np.exp(_TRUST * (logs - logs.max()))
        found[token_id] = likely[own].sum() / likely.sum()
    return found


def _counts(tokenizer, texts):
    counted: collections.Counter[str] = collections.Counter()
    for text in tokenizer.normalize(list(texts)):
        for word in text.lower().split(SPACE_SYMBOL):
            if word:
                counted.update(_grams(f"{SPACE_SYMBOL}{word}{SPACE_SYMBOL}"))
    return counted


def _grams(text):
    return [text[place : place + _ORDER] for place in range(len(text) - _ORDER + 1)]
