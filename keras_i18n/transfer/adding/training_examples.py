"""Examples for the rows of a new language: its texts, and the vectors that a teacher gives their meanings."""

import collections
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.protocols import Texts
from keras_i18n.transfer.adding.row_training import Examples
from keras_i18n.transfer.teachers.bridges import LinearBridge, NeighbourBridge, TeacherBridge
from keras_i18n.transfer.word_translation.glossary import Glossary, words_of
from keras_i18n.transfer.word_translation.made_up_words import unseen_share, with_unknown_words
from keras_i18n.transfer.word_translation.word_vectors import WordVectors

_SPAN_WORDS = (2, 8)


def examples_of(
    resources: Any,
    encoder: Any,
    bridge: Any,
    *,
    known_texts: Any = ((), ()),
    spans: int,
    mixed: int,
    glosses: int,
    sentence_share: float = 1.0,
    seed: Any,
) -> Any:
    """All examples of one language.

    Args:
        resources: `LanguageResources`.
        encoder: the model's own `TextEncoder`: the teacher of texts in languages that it knows.
        bridge: `TeacherBridge` into the encoder's space, or None.
        known_texts: (texts of a known language, the encoder's vectors of them), put into the new one word by word.
        spans: parts of sentences that the bridge's teacher sees.
        mixed: sentences of the known language some of whose words the lexicon translates.
        glosses: of `known_texts`.
        sentence_share: of the sentence pairs and of the glosses, seen in each round.
        seed: decides which.

    Returns:
        list of `Examples`.
    """
    source, target = resources.sides()
    rng = np.random.default_rng(seed)
    found = []
    if target:
        found.append(Examples(list(target), encoder.encode(list(source)), share=sentence_share))
    if resources.lexicon:
        known, new = zip(*resources.lexicon, strict=True)
        found.append(Examples(list(new), encoder.encode(list(known))))
        texts, places = mixed_texts(source, resources.lexicon, mixed, rng)
        if texts:
            found.append(Examples(texts, found[0].targets, places))
    glossary = None
    if bridge is not None:
        if resources.words:
            vectors = bridge.teacher.encode(list(resources.words))
            words = WordVectors.centred(resources.words, vectors)
            if bridge.nearest is not None:
                glossary, words = _glossary(resources, bridge.nearest.known, words)
            found.append(Examples(list(resources.words), bridge.carry_words(vectors, words)))
        texts = [*resources.texts, *random_spans(resources.sentences(), spans, rng)]
        if texts:
            found.append(Examples(texts, bridge(texts)))
    if glosses and len(known_texts[0]):
        if glossary is None:
            glossary, _ = Glossary.from_pairs(source, target)
        found += _glossed_texts(resources, glossary, *known_texts, count=glosses, share=sentence_share, rng=rng)
    return found


def _glossed_texts(resources, glossary, texts, targets, *, count, share, rng):
    """Known texts put into the new language word by word, unknown words among theirs: a list of one `Examples`, or none."""
    glossary = Glossary(glossary.entries | Glossary.from_lexicon(resources.lexicon).entries)
    if not len(glossary):
        return []
    places = np.arange(count) % len(texts)
    glossed = [glossary.gloss(texts[place], rng) for place in places]
    stood = collections.Counter(word for text in resources.sentences() for word in words_of(text))
    glossed = with_unknown_words(glossed, resources.words or list(stood), unseen_share(stood), rng)
    return [Examples(glossed, targets, places, share=share)]


def _glossary(resources, known, new):
    """What the sentence pairs say, beside the teacher's vectors of words, and the vectors as the pairs put them right.

    On Amharic, Finnish, Swahili and Hindi such glosses of SIB-200's English texts hold 1.3 to 1.4 times as many of the
    words that the real translations have as glosses from pairs and vectors apart from one another.

    Args:
        resources: `LanguageResources`.
        known, new: `WordVectors`.

    Returns:
        `Glossary`, `WordVectors` of the new words.
    """
    glossary, counts = Glossary.from_pairs(*resources.sides(), vectors=(known, new))
    new = new.moved_to(known, [(theirs, ours) for ours, theirs in glossary.mutual(counts)])
    return Glossary.from_vectors(known, new).trusting(glossary, counts), new


def fit_bridge(
    teacher: Any,
    encoder: Any,
    texts: Texts,
    *,
    known_words: Sequence[str] = (),
    glossed_texts: Any = (),
    words: int = 10_000,
    sentences: int = 1000,
    spans: int = 3000,
    seed: int = 0,
) -> TeacherBridge:
    """A bridge from a teacher's vectors into an encoder's space, fitted on texts that both know.

    Args:
        teacher: anything with `encode(texts)`.
        encoder: the `TextEncoder` whose space is wanted.
        texts: list of str; parts of them are used too.
        known_words: single words of a known language; those of `texts` unless given.
        glossed_texts: texts whose words will be translated; all of them join the single words.
        words, sentences, spans: at most so many single words, texts and parts of texts.
        seed: decides which.

    Returns:
        `TeacherBridge`.
    """
    rng = np.random.default_rng(seed)
    single = list(known_words[:words])
    if not single:
        single = sorted({word for text in texts for word in text.split()})
        single = [single[place] for place in sorted(rng.permutation(len(single))[:words])]
    single = list(dict.fromkeys([*single, *itertools.chain(*map(words_of, glossed_texts))]))
    whole = [texts[place] for place in sorted(rng.permutation(len(texts))[:sentences])]
    texts = [*single, *whole, *random_spans(texts, spans, rng)]
    theirs, ours = np.asarray(teacher.encode(texts)), encoder.encode(texts)
    nearest = NeighbourBridge.fit(single, theirs[: len(single)], ours[: len(single)]) if single else None
    return TeacherBridge(teacher, LinearBridge.fit(theirs, ours), nearest)


def random_spans(texts: Texts, count: int, rng: np.random.Generator) -> Any:
    """`count` parts of 2 to 8 words of texts, list of str."""
    split = [words for words in (text.split() for text in texts) if len(words) >= _SPAN_WORDS[0]]
    spans = []
    for _ in range(count if split else 0):
        words = split[rng.integers(len(split))]
        length = min(int(rng.integers(_SPAN_WORDS[0], _SPAN_WORDS[1] + 1)), len(words))
        start = int(rng.integers(len(words) - length + 1))
        spans.append(" ".join(words[start : start + length]))
    return spans


def mixed_texts(texts: Texts, lexicon: Any, count: int, rng: np.random.Generator, *, share: float = 0.5) -> Any:
    """Texts some of whose words the lexicon translates: (list of str, places in `texts`).

    Source: Qin et al. 2020, "CoSDA-ML: Multi-Lingual Code-Switching Data Augmentation" (arXiv 2006.06402).
    """
    glossary = Glossary.from_lexicon(lexicon)
    able = [place for place, text in enumerate(texts) if any(word in glossary.entries for word in words_of(text))]
    places = np.array([able[rng.integers(len(able))] for _ in range(count if able else 0)], int)
    return [glossary.gloss(texts[place], rng, share=share) for place in places], places
