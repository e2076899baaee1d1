"""The vocabulary of a new language, merged into one that is there."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.shown import cut
from keras_i18n.tokenizers import BytePairTokenizer, Tokenizer, UnigramTokenizer, WordPieceTokenizer
from keras_i18n.transfer.adding.byte_pair_growth import BytePairGrowth
from keras_i18n.transfer.adding.unigram_growth import UnigramGrowth
from keras_i18n.transfer.adding.vocabulary_growth import Entry, VocabularyGrowth
from keras_i18n.transfer.adding.wordpiece_growth import WordPieceGrowth

GROWTHS: dict[type, type[VocabularyGrowth]] = {
    UnigramTokenizer: UnigramGrowth,
    WordPieceTokenizer: WordPieceGrowth,
    BytePairTokenizer: BytePairGrowth,
}


@dataclasses.dataclass(frozen=True)
class ExtendedVocabulary:
    """A tokenizer with the pieces of a new language.

    Attributes:
        tokenizer: the old pieces with their ids, then the new ones; those of a unigram are a group of its `PieceGroups`.
        pieces: the new pieces, str.
        shared: pieces of the new language that the old vocabulary has.
        dropped: pieces that would have cut texts or words of old languages in another way, and those of numbers and marks.
        entries: the new pieces, each with what the tokenizer needs beside it: a score, a merge.
        growth: how vocabularies of this kind grow; it holds the old tokenizer.

    >>> ExtendedVocabulary(tokenizer=None, pieces=("▁mji",), shared=10, dropped=2).dropped
    2
    """

    tokenizer: Tokenizer
    pieces: tuple[str, ...]
    shared: int
    dropped: int
    entries: tuple[Entry, ...] = dataclasses.field(default=(), repr=False)
    growth: Any = dataclasses.field(default=None, repr=False, compare=False)

    def without_changes(self, texts: Sequence[str]) -> tuple["ExtendedVocabulary", np.ndarray]:
        """This vocabulary, less the pieces that would cut one of these texts in another way than the old one does.

        Args:
            texts: list of str.

        Returns:
            (`ExtendedVocabulary`, places of its pieces among those of this one, int `(pieces,)`).

        Raises:
            ValueError: no piece is left.
        """
        kept = self.growth.without_changes(self.entries, texts)
        _check_left(kept, len(self.pieces))
        place_of = {piece: place for place, piece in enumerate(self.pieces)}
        places = np.array([place_of[piece] for piece, _ in kept], np.int64)
        dropped = self.dropped + len(self.pieces) - len(kept)
        return _vocabulary(self.growth, kept, shared=self.shared, dropped=dropped), places


def extend_vocabulary(
    tokenizer: UnigramTokenizer | WordPieceTokenizer | BytePairTokenizer,
    texts: dict[str, Sequence[str]],
    *,
    words: dict[str, Sequence[str]] | None = None,
    num_pieces: int = 12_000,
    keep_texts: Sequence[str] = (),
    max_piece_length: int = 16,
) -> ExtendedVocabulary:
    """Learns pieces from texts of new languages and adds those that leave old texts as they are.

    The new pieces of a unigram are a group: a text in which they cover less than 10 percent of the code points (15, where
    more than ten languages join at once) is cut without them (see `PieceGroups`), so that a piece which fits into a word of
    another language by accident changes nothing there. A text of a word or two is too short for that, and WordPiece and BPE
    know no groups: so a new piece that would be used in a word of `keep_texts`, or in one that the old vocabulary holds, is
    dropped. So is what is used in one of `keep_texts` for all that, again and again until all of them keep their token ids.

    Args:
        tokenizer: of the model.
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

    >>> from keras_i18n.tokenizers import train_unigram
    >>> old = train_unigram(["the sun is over the sea"] * 20, vocabulary_size=30)
    >>> found = extend_vocabulary(old, {"sw": ["jua liko juu ya bahari"] * 20}, keep_texts=["the sun"])
    >>> bool((found.tokenizer.tokenize(["the sun"])[0] == old.tokenize(["the sun"])[0]).all())
    True
    """
    growth = GROWTHS[type(tokenizer)](tokenizer, len(texts))
    grown = growth.grow(
        texts, words or {}, num_pieces=num_pieces, keep_texts=keep_texts, max_piece_length=max_piece_length
    )
    _check_left(grown.entries, grown.found)
    found = _vocabulary(growth, grown.entries, shared=grown.shared, dropped=grown.found - len(grown.entries))
    own = [text for language, some in texts.items() for text in (*some, *(words or {}).get(language, ()))]
    if not any(ids.max(initial=0) >= tokenizer.vocabulary_size for ids in found.tokenizer.tokenize(own)):
        _check_left([], grown.found)
    return found


def _check_left(kept, found):
    if not kept:
        raise ValueError(
            f"The new language must bring pieces of its own. Received: {cut(found)} that the vocabulary lacks, each of "
            "which cuts `keep_texts` or words of old languages in another way. Are these texts of a language that the "
            "model has?"
        )


def _vocabulary(growth, entries, *, shared, dropped):
    pieces = tuple(piece for piece, _ in entries)
    return ExtendedVocabulary(growth.extended(entries), pieces, shared, dropped, tuple(entries), growth)
