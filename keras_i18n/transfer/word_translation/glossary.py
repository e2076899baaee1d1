"""Translations of single words, and texts that are put into another language word by word."""

import collections
import dataclasses
import itertools
import unicodedata
from typing import Any, Self

import numpy as np

from keras_i18n.evaluation import nearest
from keras_i18n.transfer.word_translation.ibm_model_1 import translation_table

_CANDIDATES = 5
_BLOCK = 1 << 16
# of the cosines between word vectors: where the pairs' probabilities start, and among the nearest words
_PRIOR_TEMPERATURE, _TEMPERATURE = 0.07, 0.03
# Pairs count for more than the teacher's vectors alone: a word that stood in one only trusts it by two thirds.
_TRUSTED_PAIRS = 0.5


@dataclasses.dataclass(frozen=True, eq=False)
class Glossary:
    """Words of a known language and what they are in another.

    Attributes:
        entries: dict, lower-case word -> dict, translation -> weight; the weights of a word sum to one.

    >>> glossary = Glossary({"sun": {"jua": 1.0}})
    >>> glossary.gloss("The Sun, he said", np.random.default_rng(0))
    'The Jua, he said'
    """

    entries: dict

    def __len__(self) -> int:
        return len(self.entries)

    @classmethod
    def from_pairs(cls, source: Any, target: Any, *, vectors: np.ndarray | None = None) -> Any:
        """(glossary, dict word -> pairs that hold both it and its best translation), from sentence pairs.

        Source: `translation_table`, on words. Languages whose words are not parted by spaces give an empty glossary.

        Args:
            source, target: list of str, row beside row.
            vectors: (`WordVectors` of the known language, of the new one) in one space: which of the words beside it
                a word most likely stands for. Without them a word of a single pair stands for the whole sentence.

        >>> glossary, counts = Glossary.from_pairs(["a sun", "a sea", "sun"], ["jua la", "bahari la", "jua"])
        >>> max(glossary.entries["sun"], key=glossary.entries["sun"].get), counts["sun"]
        ('jua', 2)
        """
        source_words, target_words = (
            [list(dict.fromkeys(words_of(text))) for text in side] for side in (source, target)
        )
        if not _parted_by_spaces(source_words, target_words):
            return cls({}), {}
        known, new = (list(dict.fromkeys(itertools.chain(*side))) for side in (source_words, target_words))
        known_place, new_place = ({word: place for place, word in enumerate(side)} for side in (known, new))
        columns: tuple[list[Any], ...] = ([], [], [])
        for number, (ours, theirs) in enumerate(zip(source_words, target_words, strict=True)):
            ours, theirs = [known_place[word] for word in ours], [new_place[word] for word in theirs]
            columns[0].append(np.repeat(np.array(ours, np.int64), len(theirs)))
            columns[1].append(np.tile(np.array(theirs, np.int64), len(ours)))
            columns[2].append(np.full(len(ours) * len(theirs), number))
        prior = None if vectors is None else _likeness(vectors[0].of(known), vectors[1].of(new))
        row, column, weight, count = translation_table(*(np.concatenate(part) for part in columns), prior=prior)
        weight = weight**2  # a word's second and third are right more seldom than the table says
        entries, counts = {}, {}
        for cells in _runs(row):
            best = cells[np.argsort(-weight[cells], kind="stable")[:_CANDIDATES]]
            word = known[row[cells[0]]]
            entries[word] = _shares([new[place] for place in column[best]], weight[best])
            counts[word] = int(count[best[0]])
        return cls(entries), counts

    @classmethod
    def from_vectors(cls, known: Any, new: Any) -> Self:
        """From word vectors of one space in which languages lie beside each other.

        Source: CSLS retrieval, Conneau et al. 2018, "Word Translation Without Parallel Data" (arXiv 1710.04087).

        Args:
            known, new: `WordVectors`.

        >>> from keras_i18n.transfer.word_translation.word_vectors import WordVectors
        >>> vectors = np.eye(3, 4)
        >>> english = WordVectors.centred(["sun", "sea", "book"], vectors)
        >>> glossary = Glossary.from_vectors(english, WordVectors.centred(["jua", "bahari", "kitabu"], vectors + 2))
        >>> max(glossary.entries["sea"], key=glossary.entries["sea"].get)
        'bahari'
        """
        if not len(known) or not len(new):
            return cls({})
        places, scores = nearest(known.vectors, new.vectors, count=_CANDIDATES, scoring="csls")
        weights = np.exp((scores - scores[:, :1]) / _TEMPERATURE)
        return cls(
            {
                word.lower(): _shares([new.words[place] for place in row], weight)
                for word, row, weight in zip(known.words, places, weights, strict=True)
            }
        )

    @classmethod
    def from_lexicon(cls, lexicon: Any) -> Self:
        """From pairs (word of a known language, translation); all translations of a word weigh the same.

        >>> Glossary.from_lexicon([("Sun", "jua")]).entries
        {'sun': {'jua': 1.0}}
        """
        found: dict[str, Any] = {}
        for known, new in lexicon:
            found.setdefault(known.lower(), collections.Counter())[new] += 1
        return cls({word: _shares(list(new), list(new.values())) for word, new in found.items()})

    def mutual(self, counts: Any, *, fewest: int = 2) -> list[tuple[str, str]]:
        """Pairs (known word, translation) that are each other's best and stood together in `fewest` pairs or more."""
        best: dict[str, Any] = {}
        for word, found in self.entries.items():
            new = max(found, key=found.get, default=None)
            if new is not None and counts[word] >= fewest:
                best[new] = max(best.get(new, (0.0, "")), (found[new] * counts[word], word))
        return [(word, new) for new, (_, word) in best.items()]

    def trusting(self, other: Any, counts: Any) -> "Glossary":
        """This glossary with what `other` knows from pairs: a word trusts it the more, the more pairs it stood in."""
        entries = dict(self.entries)
        for word, theirs in other.entries.items():
            ours = entries.get(word)
            trust = 1.0 if ours is None else counts[word] / (counts[word] + _TRUSTED_PAIRS)
            joined = collections.Counter({found: weight * trust for found, weight in theirs.items()})
            for found, weight in (ours or {}).items():
                joined[found] += weight * (1.0 - trust)
            entries[word] = dict(joined)
        return Glossary(entries)

    def gloss(self, text: str, rng: np.random.Generator, *, share: float = 1.0) -> str:
        """A text with `share` of its words put into the other language, each by a draw; what is not known stays."""
        return " ".join(self._word(word, rng) if rng.random() < share else word for word in text.split())

    def _word(self, word, rng):
        bare = bare_word(word)
        options = self.entries.get(bare.lower())
        if not options:
            return word
        # a little below 1, where rounded weights may end
        drawn = list(options)[np.searchsorted(np.cumsum(list(options.values())), rng.random() * 0.999999)]
        if bare[:1].isupper():
            drawn = drawn[:1].upper() + drawn[1:]
        return word.replace(bare, drawn, 1)


def bare_word(word: str) -> str:
    """A word without the punctuation around it.

    >>> bare_word("(sun),")
    'sun'
    """
    start, end = 0, len(word)
    while start < end and unicodedata.category(word[start])[0] in "PSZ":
        start += 1
    while end > start and unicodedata.category(word[end - 1])[0] in "PSZ":
        end -= 1
    return word[start:end]


def words_of(text: str) -> list[str]:
    """The words of a text, lower-case, without punctuation and numbers.

    >>> words_of("The sun: 7 suns!")
    ['the', 'sun', 'suns']
    """
    bare = (bare_word(word).lower() for word in text.split())
    return [word for word in bare if any(character.isalpha() for character in word)]


def _parted_by_spaces(source_words, target_words):
    ours, theirs = (sum(map(len, side)) for side in (source_words, target_words))
    return ours > 0 and theirs >= 0.4 * ours


def _likeness(ours, theirs):
    """Weights for pairs of rows of two tables of vectors: places in both -> float `(pairs,)`."""

    def weights(rows, columns):
        # block by block: the vectors of a million pairs fill gigabytes
        blocks = (slice(start, start + _BLOCK) for start in range(0, len(rows), _BLOCK))
        cosines = [np.einsum("nd,nd->n", ours[rows[block]], theirs[columns[block]]) for block in blocks]
        return np.exp((np.concatenate(cosines) - 1.0) / _PRIOR_TEMPERATURE)

    return weights


def _runs(rows):
    """Places of equal neighbours in a sorted array."""
    return np.split(np.arange(len(rows)), np.flatnonzero(np.diff(rows)) + 1)


def _shares(words, weights):
    total = float(np.sum(weights))
    return {word: float(weight) / total for word, weight in zip(words, weights, strict=True)} if total > 0 else {}
