"""Words that no text for training has: how many to expect, and texts that hold such."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.protocols import Texts
from keras_i18n.transfer.word_translation.glossary import bare_word

# Of NTREX-128's words at most a third stand once. Above this share spaces part phrases, and nothing is known of words.
_MOST_UNSEEN = 0.5


def unseen_share(counts: Any) -> float:
    """How many words of a text of the same language the counted texts do not have, 0 .. 0.5: so many as stood once.

    0 for languages whose words are not parted by spaces.

    Source: Good 1953, "The Population Frequencies of Species and the Estimation of Population Parameters" (Turing).

    >>> unseen_share({"jua": 8, "bahari": 1, "kitabu": 1})
    0.2
    """
    share = sum(count == 1 for count in counts.values()) / max(sum(counts.values()), 1)
    return share if share <= _MOST_UNSEEN else 0.0


def with_unknown_words(texts: Texts, words: Sequence[str], share: float, rng: np.random.Generator) -> Any:
    """Texts with a `share` of their words replaced by words that mean nothing: the start of a word and the end of another.

    A word that no training text had is cut into pieces that stood in few of them, and tells what these few were about.
    Over a new language's texts that adds up to a lean that all of them share: on Amharic, where every third word is
    unknown, towards politics, what the news are about. Texts that keep their meaning beside such words teach their
    pieces to tell nothing.

    >>> import numpy as np
    >>> with_unknown_words(["jua, bahari 7"], ["kitabu", "samaki"], 1.0, np.random.default_rng(0))
    ['saitabu, kitai 7']
    """
    words = [word for word in words if len(word) > 1]
    if not words or not share:
        return texts

    def unknown():
        first, second = words[rng.integers(len(words))], words[rng.integers(len(words))]
        return first[: rng.integers(1, len(first))] + second[rng.integers(1, len(second)) :]

    def replaced(word):
        bare = bare_word(word)
        known = not any(character.isalpha() for character in bare) or rng.random() >= share
        return word if known else word.replace(bare, unknown(), 1)

    return [" ".join(replaced(word) for word in text.split()) for text in texts]
