"""The vocabulary of a new language, merged into one that is there."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.shown import cut
from keras_i18n.tokenizers import PieceType, UnigramTokenizer, train_unigram
from keras_i18n.transfer.adding.kept_words import (
    as_written,
    is_spelled,
    without_marks,
    words_of_texts,
    words_of_vocabulary,
)

# A word list is shown to the training of the vocabulary as if its first words stood in the texts so often.
_MOST_REPEATS, _LEAST_REPEATS = 40, 2
# Rare words cost general pieces: with the 7,700 words that Finnish sentence pairs have beside a list of 12,000, eight
# points of topics were lost.
_MOST_WORDS = 5000
_CUT_AT_ONCE = 50_000
# Pieces of many languages together cover more of a text by accident. Of 11,216 texts of 16 old languages 106 others change 33
# at 10 percent, 5 at 15 and 1 at 20; a group for each of them 17, and then 14 percent of what new pieces cover in new texts is
# lost, 2 percent at 15 percent for all together.
_MANY_LANGUAGES, _PERCENT_OF_MANY = 10, 15


@dataclasses.dataclass(frozen=True)
class ExtendedVocabulary:
    """A tokenizer with the pieces of a new language.

    Attributes:
        tokenizer: the old pieces with their ids, then the new ones, a group of its `PieceGroups`.
        pieces: the new pieces, str.
        shared: pieces of the new language that the old vocabulary has.
        dropped: pieces that would have cut texts or words of old languages in another way, and those of numbers and marks.

    >>> ExtendedVocabulary(tokenizer=None, pieces=("▁mji",), shared=10, dropped=2).dropped
    2
    """

    tokenizer: UnigramTokenizer
    pieces: tuple
    shared: int
    dropped: int

    def without_changes(self, old: UnigramTokenizer, texts: Sequence[str]) -> tuple["ExtendedVocabulary", np.ndarray]:
        """This vocabulary, less the pieces that would cut one of these texts in another way.

        Args:
            old: the tokenizer without the new pieces.
            texts: list of str.

        Returns:
            (`ExtendedVocabulary`, places of its pieces among those of this one, int `(pieces,)`).

        Raises:
            ValueError: no piece is left.
        """
        scores = self.tokenizer.scores[old.vocabulary_size :].tolist()
        percent = int(self.tokenizer.groups.percents[-1])
        kept = _without_changes(old, list(zip(self.pieces, scores, strict=True)), texts, percent)
        _check_left(kept, len(self.pieces))
        place_of = {piece: place for place, piece in enumerate(self.pieces)}
        places = np.array([place_of[piece] for piece, _ in kept], np.int64)
        dropped = self.dropped + len(self.pieces) - len(kept)
        return _vocabulary(old, kept, percent, shared=self.shared, dropped=dropped), places


def extend_vocabulary(
    tokenizer: UnigramTokenizer,
    texts: dict[str, Sequence[str]],
    *,
    words: dict[str, Sequence[str]] | None = None,
    num_pieces: int = 12_000,
    keep_texts: Sequence[str] = (),
    max_piece_length: int = 16,
) -> ExtendedVocabulary:
    """Learns pieces from texts of new languages and adds those that leave old texts as they are.

    The new pieces are a group: a text in which they cover less than 10 percent of the code points (15, where more than ten
    languages join at once) is cut without them (see `PieceGroups`), so that a piece which fits into a word of another language by accident changes nothing there. A text
    of a word or two is too short for that: so a new piece that would be used in a word of `keep_texts`, or in one that the
    old vocabulary holds, is dropped. So is what is used in one of `keep_texts` for all that, again and again until all of
    them keep their token ids.

    Args:
        tokenizer: `UnigramTokenizer` of the model.
        texts: dict, new language -> its texts, list of str. Each language learns pieces of its own; all are added, as one
            group: languages that are alike share pieces.
        words: dict, language -> its words, the most frequent first; pieces are learned from the first 5,000.
        num_pieces: pieces that are learned for each language; short texts give fewer.
        keep_texts: texts of the old languages, list of str.
        max_piece_length: longest piece in code points.

    Returns:
        An `ExtendedVocabulary`.

    Raises:
        ValueError: no texts, or no new piece is left that one of them uses.

    >>> old = train_unigram(["the sun is over the sea"] * 20, vocabulary_size=30)
    >>> found = extend_vocabulary(old, {"sw": ["jua liko juu ya bahari"] * 20}, keep_texts=["the sun"])
    >>> bool((found.tokenizer.tokenize(["the sun"])[0] == old.tokenize(["the sun"])[0]).all())
    True
    """
    learned: dict[str, Any] = {}
    for language, own in texts.items():
        for piece, score in _learned(tokenizer, own, (words or {}).get(language, ()), num_pieces, max_piece_length):
            learned[piece] = max(score, learned.get(piece, score))
    have = set(tokenizer.pieces)
    fresh = [(piece, score) for piece, score in learned.items() if piece not in have]
    known = frozenset("".join(have))
    kept = [(piece, score) for piece, score in fresh if is_spelled(piece, known)]
    kept = _unused(tokenizer, kept, _words_to_keep(tokenizer, keep_texts))
    percent = _PERCENT_OF_MANY if len(texts) > _MANY_LANGUAGES else None
    kept = _without_changes(tokenizer, kept, keep_texts, percent)
    _check_left(kept, len(fresh))
    found = _vocabulary(tokenizer, kept, percent, shared=len(learned) - len(fresh), dropped=len(fresh) - len(kept))
    own = [text for language, some in texts.items() for text in (*some, *(words or {}).get(language, ()))]
    if not any(ids.max(initial=0) >= tokenizer.vocabulary_size for ids in found.tokenizer.tokenize(own)):
        _check_left([], len(fresh))
    return found


def _words_to_keep(tokenizer, texts):
    stood = words_of_texts(tokenizer, texts)
    return sorted({*stood, *as_written(without_marks(stood)), *as_written(words_of_vocabulary(tokenizer))})


def _unused(tokenizer, pieces, words):
    """Of [(piece, score)] those that are used in none of the words, whatever share of it they cover."""
    plain = UnigramTokenizer(tokenizer.model_bytes, threads=tokenizer.threads)  # no begin and end pieces either
    while pieces and words:
        longer = plain.extended(*zip(*pieces, strict=True))
        used, changed = set(), []
        for start in range(0, len(words), _CUT_AT_ONCE):
            some = words[start : start + _CUT_AT_ONCE]
            for word, ids in zip(some, longer.tokenize(some), strict=True):
                if ids.max(initial=0) >= plain.vocabulary_size:
                    used.update(ids.tolist())
                    changed.append(word)
        # with fewer pieces to choose from, a word that used none of them will not begin to
        pieces = _without(pieces, used, plain.vocabulary_size)
        words = changed
    return pieces


def _without_changes(tokenizer, pieces, texts, percent):
    """Of [(piece, score)] those with which all texts keep their token ids."""
    wanted = tokenizer.tokenize(texts)
    while pieces:
        columns = list(zip(*pieces, strict=True))
        longer = tokenizer.extended(*columns, group_sizes=[len(pieces)], least_percent=percent)
        found = longer.tokenize(texts)
        changed = [place for place, pair in enumerate(zip(wanted, found, strict=True)) if not np.array_equal(*pair)]
        if not changed:
            break
        # a piece may take the place of others without being used itself: what the first cut uses goes as well
        first_cut = longer.cut_with_all_pieces([texts[place] for place in changed])
        used = {token for ids in (*first_cut, *(found[place] for place in changed)) for token in ids.tolist()}
        pieces = _without(pieces, used, tokenizer.vocabulary_size)
    return pieces


def _without(pieces, used, first):
    return [entry for token, entry in enumerate(pieces, first) if token not in used]


def _check_left(kept, found):
    if not kept:
        raise ValueError(
            f"The new language must bring pieces of its own. Received: {cut(found)} that the vocabulary lacks, each of "
            "which cuts `keep_texts` or words of old languages in another way. Are these texts of a language that the "
            "model has?"
        )


def _vocabulary(tokenizer, pieces, percent, *, shared, dropped):
    columns = list(zip(*pieces, strict=True))
    longer = tokenizer.extended(*columns, group_sizes=[len(pieces)], least_percent=percent)
    return ExtendedVocabulary(longer, tuple(piece for piece, _ in pieces), shared=shared, dropped=dropped)


def _learned(tokenizer, texts, words, num_pieces, max_piece_length):
    """[(piece, score)] of a vocabulary trained on texts as `tokenizer` normalises them."""
    words = words[:_MOST_WORDS]
    repeats = [max(_LEAST_REPEATS, int(_MOST_REPEATS * 10 / (rank + 10))) for rank in range(len(words))]
    shown = tokenizer.normalize(texts)
    for text, count in zip(tokenizer.normalize(words), repeats, strict=True):
        shown += [text] * count
    trained = train_unigram(
        [text.replace("▁", " ") for text in shown],
        vocabulary_size=num_pieces,
        normalizer="identity",
        character_coverage=1.0,
        max_piece_length=max_piece_length,
    )
    model = trained.model
    rows = zip(model.pieces, model.scores, model.types, strict=True)
    return [(piece, score) for piece, score, kind in rows if kind == PieceType.NORMAL]
