"""How often texts and word lists of languages use each piece."""

from collections.abc import Mapping, Sequence

import numpy as np

from keras_i18n.tokenizers.tokenizer import Tokenizer

# the word at place r of a list stands r + 10 times less often in texts than the list's first tenth (Zipf and Mandelbrot)
_SHIFT = 10
# share of a word's uses at the beginning of a sentence, in a title, or as a name: what texts use and lists lack is names
_CAPITALISED = 0.4
# weight of texts beside a word list: a thousand sentences tell little of rare pieces, and those that they happen to hold
# would displace likelier ones (French and Italian news that chose nothing lost a fifth less than with a weight of 0.2)
_TEXTS = 0.1


def uses_in_texts(tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray:
    """How often texts use each piece, float64 `(pieces,)`.

    >>> from keras_i18n.tokenizers import train_unigram
    >>> tokenizer = train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20)
    >>> float(uses_in_texts(tokenizer, ["to be", "to"])[tokenizer.tokenize(["to"])[0][0]])
    2.0
    """
    return _counted(tokenizer, tokenizer.tokenize(texts), np.ones(len(texts)))


def uses_in_words(tokenizer: Tokenizer, words: Sequence[str]) -> np.ndarray:
    """How often texts of such words would use each piece, by word of the text, float64 `(pieces,)`.

    Args:
        tokenizer: with the pieces.
        words: the most frequent first.
    """
    weights = 1.0 / (np.arange(len(words)) + _SHIFT)
    weights /= max(weights.sum(), 1e-9)
    found = _counted(tokenizer, tokenizer.tokenize(words), weights * (1 - _CAPITALISED))
    capitalised = [word[:1].upper() + word[1:] for word in words]
    return found + _counted(tokenizer, tokenizer.tokenize(capitalised), weights * _CAPITALISED)


def uses_by_language(
    tokenizer: Tokenizer, texts: Mapping[str, Sequence[str]], words: Mapping[str, Sequence[str]]
) -> dict[str, np.ndarray]:
    """dict, language -> how often each piece is used there, as a share of all uses, float64 `(pieces,)`."""
    found = {}
    for language in dict.fromkeys([*texts, *words]):
        of_texts = _shares(uses_in_texts(tokenizer, texts.get(language, ())))
        of_words = _shares(uses_in_words(tokenizer, words.get(language, ())))
        both = of_texts.any() and of_words.any()
        found[language] = _TEXTS * of_texts + (1 - _TEXTS) * of_words if both else of_texts + of_words
    return found


def _shares(uses):
    return uses / max(uses.sum(), 1e-9)


def _counted(tokenizer, sequences, weights):
    if not len(sequences):
        return np.zeros(tokenizer.vocabulary_size)
    lengths = [len(ids) for ids in sequences]
    return np.bincount(
        np.concatenate(sequences), weights=np.repeat(weights, lengths), minlength=tokenizer.vocabulary_size
    )
