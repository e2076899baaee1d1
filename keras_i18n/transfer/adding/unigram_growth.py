"""How a unigram vocabulary grows: the pieces of new languages are a group for themselves."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.tokenizers import PieceType, UnigramTokenizer, train_unigram
from keras_i18n.transfer.adding.kept_words import (
    as_written,
    is_spelled,
    without_marks,
    words_of_texts,
    words_of_vocabulary,
)
from keras_i18n.transfer.adding.vocabulary_growth import Entry, Grown, WordLists, repeated

_CUT_AT_ONCE = 50_000
# Pieces of many languages together cover more of a text by accident. Of 11,216 texts of 16 old languages 106 others change 33
# at 10 percent, 5 at 15 and 1 at 20; a group for each of them 17, and then 14 percent of what new pieces cover in new texts is
# lost, 2 percent at 15 percent for all together.
_MANY_LANGUAGES, _PERCENT_OF_MANY = 10, 15


class UnigramGrowth:
    """Pieces of a unigram training; only a text that they cover enough of is cut with them (see `PieceGroups`).

    An entry is a piece and its score.

    Args:
        tokenizer: `UnigramTokenizer` that grows.
        num_languages: that join at once; of many, pieces must cover more of a text.

    >>> old = train_unigram(["the sun is over the sea"] * 20, vocabulary_size=30)
    >>> UnigramGrowth(old).extended([("▁jua", -3.0)]).pieces[-1]
    '▁jua'
    """

    def __init__(self, tokenizer: UnigramTokenizer, num_languages: int = 1) -> None:
        self.tokenizer = tokenizer
        self.percent = _PERCENT_OF_MANY if num_languages > _MANY_LANGUAGES else None

    def grow(
        self,
        texts: WordLists,
        words: WordLists,
        *,
        num_pieces: int,
        keep_texts: Sequence[str],
        max_piece_length: int,
    ) -> Grown:
        """New pieces, from texts and words by language, that leave `keep_texts` and words of old languages as they are."""
        learned: dict[str, Any] = {}
        for language, own in texts.items():
            for piece, score in _learned(self.tokenizer, own, words.get(language, ()), num_pieces, max_piece_length):
                learned[piece] = max(score, learned.get(piece, score))
        have = set(self.tokenizer.pieces)
        fresh = [(piece, score) for piece, score in learned.items() if piece not in have]
        known = frozenset("".join(have))
        kept = [(piece, score) for piece, score in fresh if is_spelled(piece, known)]
        kept = self._unused(kept, _words_to_keep(self.tokenizer, keep_texts))
        kept = self.without_changes(kept, keep_texts)
        return Grown(kept, found=len(fresh), shared=len(learned) - len(fresh))

    def _unused(self, pieces, words):
        """Those that are used in none of the words, whatever share of it they cover."""
        plain = UnigramTokenizer(self.tokenizer.model_bytes, threads=self.tokenizer.threads)  # no begin and end pieces
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

    def without_changes(self, entries: Sequence[Entry], texts: Sequence[str]) -> Sequence[Entry]:
        """Of these entries those with which the texts keep their token ids."""
        wanted = self.tokenizer.tokenize(texts)
        while entries:
            longer = self.extended(entries)
            found = longer.tokenize(texts)
            changed = [place for place, pair in enumerate(zip(wanted, found, strict=True)) if not np.array_equal(*pair)]
            if not changed:
                break
            # a piece may take the place of others without being used itself: what the first cut uses goes as well
            first_cut = longer.cut_with_all_pieces([texts[place] for place in changed])
            used = {token for ids in (*first_cut, *(found[place] for place in changed)) for token in ids.tolist()}
            entries = _without(entries, used, self.tokenizer.vocabulary_size)
        return entries

    def extended(self, entries: Sequence[Entry]) -> UnigramTokenizer:
        """The tokenizer with these entries behind its own pieces, a group of its `PieceGroups`."""
        pieces, scores = zip(*entries, strict=True)
        return self.tokenizer.extended(pieces, scores, group_sizes=[len(entries)], least_percent=self.percent)

    @staticmethod
    def spelled(tokenizer: UnigramTokenizer) -> tuple[str, ...]:
        """The pieces as methods for first rows see them: U+2581 begins a word."""
        return tokenizer.pieces


def _words_to_keep(tokenizer, texts):
    stood = words_of_texts(tokenizer, texts)
    return sorted({*stood, *as_written(without_marks(stood)), *as_written(words_of_vocabulary(tokenizer))})


def _without(pieces, used, first):
    return [entry for token, entry in enumerate(pieces, first) if token not in used]


def _learned(tokenizer, texts, words, num_pieces, max_piece_length):
    """[(piece, score)] of a vocabulary trained on texts as `tokenizer` normalises them."""
    listed = repeated(words)
    shown = tokenizer.normalize(texts)
    for text, (_, count) in zip(tokenizer.normalize([word for word, _ in listed]), listed, strict=True):
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
