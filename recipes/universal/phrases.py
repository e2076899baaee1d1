"""Phrases of frequent words, for a teacher to read: what a word adds to others is learned from them."""

import collections
import itertools
import random

from sources import KNOWN, Text

_TOGETHER = frozenset({"my", "km", "lo", "bo-Tibt", "dz"})  # written without spaces
_FUNCTION = 150  # the most frequent words
_FLOOR = 20  # content words are drawn evenly by the logarithm of their rank, from here on


def phrases(texts: list[Text], count: int, seed: int = 5) -> list[Text]:
    """`count` phrases of two to seven words, as many in each language that has a list and that the encoder does not know.

    Args:
        texts: among them words, by rank.
        count: of phrases.
        seed: another one gives other phrases.
    """
    words = collections.defaultdict(list)
    for text in texts:
        if text.kind in ("word", "ntrex word") and text.language not in KNOWN:
            words[text.language].append(text.text)
    generator = random.Random(seed)
    languages = itertools.cycle(sorted(words))
    return [_phrase(language, words[language], generator) for language in itertools.islice(languages, count)]


def _phrase(language, words, generator):
    content = [
        words[min(len(words) - 1, int(_FLOOR * (max(1.0, len(words) / _FLOOR) ** generator.random())))]
        for _ in range(generator.randint(2, 4))
    ]
    function = [words[generator.randrange(min(_FUNCTION, len(words)))] for _ in range(generator.randint(0, 3))]
    chosen = content + function
    generator.shuffle(chosen)
    return Text(language, "phrase", ("" if language in _TOGETHER else " ").join(chosen))
