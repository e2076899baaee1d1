"""Examples for the rows of a new language: its texts, and the vectors that a teacher gives their meanings."""

import numpy as np

from keras_i18n.transfer.bridge import LinearBridge, NeighbourBridge, TeacherBridge
from keras_i18n.transfer.row_training import Examples

_SPAN_WORDS = (2, 8)


def examples_of(resources, encoder, bridge, *, spans, mixed, sentence_share=1.0, seed):
    """All examples of one language.

    Args:
        resources: `LanguageResources`.
        encoder: the model's own `TextEncoder`: the teacher of texts in languages that it knows.
        bridge: `TeacherBridge` into the encoder's space, or None.
        spans: parts of sentences that the bridge's teacher sees.
        mixed: sentences of the known language some of whose words the lexicon translates.
        sentence_share: of the sentence pairs, seen in each round.
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
    if bridge is not None:
        if resources.words:
            found.append(Examples(list(resources.words), bridge.words(resources.words)))
        texts = [*resources.texts, *random_spans(resources.sentences(), spans, rng)]
        if texts:
            found.append(Examples(texts, bridge(texts)))
    return found


def fit_bridge(teacher, encoder, texts, *, known_words=(), words=10_000, sentences=1000, spans=3000, seed=0):
    """A bridge from a teacher's vectors into an encoder's space, fitted on texts that both know.

    Args:
        teacher: anything with `encode(texts)`.
        encoder: the `TextEncoder` whose space is wanted.
        texts: list of str; parts of them are used too.
        known_words: single words of a known language; those of `texts` unless given.
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
    whole = [texts[place] for place in sorted(rng.permutation(len(texts))[:sentences])]
    texts = [*single, *whole, *random_spans(texts, spans, rng)]
    theirs, ours = np.asarray(teacher.encode(texts)), encoder.encode(texts)
    nearest = NeighbourBridge.fit(theirs[: len(single)], ours[: len(single)]) if single else None
    return TeacherBridge(teacher, LinearBridge.fit(theirs, ours), nearest)


def random_spans(texts, count, rng):
    """`count` parts of 2 to 8 words of texts, list of str."""
    split = [words for words in (text.split() for text in texts) if len(words) >= _SPAN_WORDS[0]]
    spans = []
    for _ in range(count if split else 0):
        words = split[rng.integers(len(split))]
        length = min(int(rng.integers(_SPAN_WORDS[0], _SPAN_WORDS[1] + 1)), len(words))
        start = int(rng.integers(len(words) - length + 1))
        spans.append(" ".join(words[start : start + length]))
    return spans


def mixed_texts(texts, lexicon, count, rng, *, share=0.5):
    """Texts some of whose words the lexicon translates: (list of str, places in `texts`).

    Source: Qin et al. 2020, "CoSDA-ML: Multi-Lingual Code-Switching Data Augmentation" (arXiv 2006.06402).
    """
    translations = {}
    for known, new in lexicon:
        translations.setdefault(known.lower(), []).append(new)
    split = [text.split() for text in texts]
    able = [place for place, words in enumerate(split) if any(word.lower() in translations for word in words)]
    mixed, places = [], []
    for _ in range(count if able else 0):
        place = able[rng.integers(len(able))]
        words = []
        for word in split[place]:
            options = translations.get(word.lower(), ())
            words.append(options[rng.integers(len(options))] if options and rng.random() < share else word)
        mixed.append(" ".join(words))
        places.append(place)
    return mixed, np.array(places, int)
