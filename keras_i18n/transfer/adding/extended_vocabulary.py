"""The vocabulary of a new language, merged into one that is there."""

import dataclasses

import numpy as np

from keras_i18n.tokenizers import PieceType, UnigramTokenizer, train_unigram

# A word list is shown to the training of the vocabulary as if its first words stood in the texts so often.
_MOST_REPEATS, _LEAST_REPEATS = 40, 2
# Rare words cost general pieces: with the 7,700 words that Finnish sentence pairs have beside a list of 12,000, eight
# points of topics were lost.
_MOST_WORDS = 5000


@dataclasses.dataclass(frozen=True)
class ExtendedVocabulary:
    """A tokenizer with the pieces of a new language.

    Attributes:
        tokenizer: the old pieces with their ids, then the new ones.
        pieces: the new pieces, str.
        shared: pieces of the new language that the old vocabulary has.
        dropped: pieces that would have cut texts of old languages in another way.

    >>> ExtendedVocabulary(tokenizer=None, pieces=("▁mji",), shared=10, dropped=2).dropped
    2
    """

    tokenizer: UnigramTokenizer
    pieces: tuple
    shared: int
    dropped: int


def extend_vocabulary(tokenizer, texts, *, words=None, size=12_000, keep_texts=(), max_piece_length=16):
    """Learns pieces from texts of new languages and adds those that leave old texts as they are.

    Whatever new piece would be used in one of `keep_texts` is dropped, again and again until none is, so that all
    of them keep their token ids. So does any other text in which no new piece occurs.

    Args:
        tokenizer: `UnigramTokenizer` of the model.
        texts: dict, new language -> its texts, list of str. Each language learns pieces of its own; all are added.
        words: dict, language -> its words, the most frequent first; pieces are learned from the first 5,000.
        size: pieces that are learned for each language; short texts give fewer.
        keep_texts: texts of the old languages, list of str.
        max_piece_length: longest piece in code points.

    Returns:
        An `ExtendedVocabulary`.

    Raises:
        ValueError: no texts, or no new piece is left.

    >>> old = train_unigram(["the sun is over the sea"] * 20, vocabulary_size=30)
    >>> found = extend_vocabulary(old, {"sw": ["jua liko juu ya bahari"] * 20}, keep_texts=["the sun"])
    >>> bool((found.tokenizer.tokenize(["the sun"])[0] == old.tokenize(["the sun"])[0]).all())
    True
    """
    learned = {}
    for language, own in texts.items():
        for piece, score in _learned(tokenizer, own, (words or {}).get(language, ()), size, max_piece_length):
            learned[piece] = max(score, learned.get(piece, score))
    have = set(tokenizer.pieces)
    fresh = [(piece, score) for piece, score in learned.items() if piece not in have]
    before = tokenizer.tokenize(keep_texts)
    kept = fresh
    while kept:
        merged = tokenizer.extended(*zip(*kept, strict=True))
        used = {
            int(token) for ids in merged.tokenize(keep_texts) for token in ids if token >= tokenizer.vocabulary_size
        }
        if not used:
            break
        kept = [entry for place, entry in enumerate(kept, tokenizer.vocabulary_size) if place not in used]
    if not kept:
        raise ValueError(
            f"The new language must bring pieces of its own. Received: {len(fresh)} that the vocabulary lacks, each of "
            "which cuts `keep_texts` in another way. Are these texts of a language that the model has?"
        )
    if any(not np.array_equal(*pair) for pair in zip(before, merged.tokenize(keep_texts), strict=True)):
        raise ValueError("`keep_texts` must keep their token ids. Received: texts that new pieces change even unused.")
    return ExtendedVocabulary(
        tokenizer=merged,
        pieces=tuple(piece for piece, _ in kept),
        shared=len(learned) - len(fresh),
        dropped=len(fresh) - len(kept),
    )


def _learned(tokenizer, texts, words, size, max_piece_length):
    """[(piece, score)] of a vocabulary trained on texts as `tokenizer` normalises them."""
    words = words[:_MOST_WORDS]
    repeats = [max(_LEAST_REPEATS, int(_MOST_REPEATS * 10 / (rank + 10))) for rank in range(len(words))]
    shown = tokenizer.normalize(texts)
    for text, count in zip(tokenizer.normalize(words), repeats, strict=True):
        shown += [text] * count
    trained = train_unigram(
        [text.replace("▁", " ") for text in shown],
        vocabulary_size=size,
        normalizer="identity",
        character_coverage=1.0,
        max_piece_length=max_piece_length,
    )
    model = trained.model
    rows = zip(model.pieces, model.scores, model.types, strict=True)
    return [(piece, score) for piece, score, kind in rows if kind == PieceType.NORMAL]
