"""How a WordPiece vocabulary grows."""

import collections
from collections.abc import Iterable, Sequence

from keras_i18n.tokenizers import WordPieceTokenizer
from keras_i18n.tokenizers.pair_learning import learn_merges
from keras_i18n.transfer.adding.kept_words import forms_to_keep, is_spelled, own_words
from keras_i18n.transfer.adding.vocabulary_growth import Entry, Grown, WordLists, repeated

_SPACE = "\u2581"


class WordPieceGrowth:
    """Characters and pieces of new words; the longest piece that fits is taken, so none may fit where an old one was.

    A word is cut from the left: if the first new piece that it meets is left out, it is cut as before up to there. So
    exactly these pieces are dropped for the words that are kept. A word that was unknown as a whole must stay so: the
    rarest of its new pieces goes, until it does. New pieces with a letter that the old vocabulary lacks can only be met
    in words that were unknown.

    An entry is a piece and how often it stood.

    Args:
        tokenizer: `WordPieceTokenizer` that grows.
        num_languages: that join at once; it makes no difference.

    >>> old = WordPieceTokenizer(["[UNK]", "jua", "##n", "j", "##u", "##a"])
    >>> growth = WordPieceGrowth(old)
    >>> [piece for piece, _ in growth.without_changes([("juan", 9), ("##ko", 3), ("##k", 2)], ["Juan"])]
    ['##ko', '##k']
    """

    def __init__(self, tokenizer: WordPieceTokenizer, num_languages: int = 1) -> None:
        self.tokenizer = tokenizer

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
        learned: dict[str, int] = {}
        for language in texts:
            stood = self._counted(texts[language], words.get(language, ()))
            for piece, count in self._learned(stood, num_pieces, max_piece_length).items():
                learned[piece] = max(count, learned.get(piece, count))
        have = set(self.tokenizer.pieces)
        fresh = [(piece, count) for piece, count in learned.items() if piece not in have]
        vocabulary = [piece for piece in self.tokenizer.pieces if not piece.startswith(self.tokenizer.continuation)]
        special = set(self.tokenizer.special_tokens)
        kept = forms_to_keep(self.tokenizer, keep_texts, [piece for piece in vocabulary if piece not in special])
        entries = self._unchanged(fresh, kept)
        return Grown(entries, found=len(fresh), shared=len(learned) - len(fresh))

    def _counted(self, texts, words):
        known = frozenset("".join(self.tokenizer.pieces))
        stood: collections.Counter[str] = collections.Counter()
        for word, count in own_words(self.tokenizer, texts).items():
            stood[word] += count
        for text, count in repeated(words):
            for word in own_words(self.tokenizer, [text]):
                stood[word] += count
        longest = self.tokenizer.max_word_length
        return {word: count for word, count in stood.items() if len(word) <= longest and is_spelled(word, known)}

    def _learned(self, stood, num_pieces, max_piece_length):
        """dict piece -> how often it stood: the characters, at the beginning of a word and inside, then the merges."""
        inside = self.tokenizer.continuation
        found: collections.Counter[str] = collections.Counter()
        for word, count in stood.items():
            for character in word:
                found[character] += count
                found[inside + character] += count

        def joined(left, right):
            piece = left + right.removeprefix(inside)
            return piece if len(piece.removeprefix(inside)) <= max_piece_length else None

        cuts = [([word[0], *(inside + character for character in word[1:])], count) for word, count in stood.items()]
        for (left, right), count in learn_merges(cuts, max(0, num_pieces - len(found)), joined=joined):
            found[joined(left, right)] = count
        return found

    def without_changes(self, entries: Sequence[Entry], texts: Sequence[str]) -> Sequence[Entry]:
        """Of these entries those with which the texts keep their token ids."""
        return self._unchanged(entries, own_words(self.tokenizer, texts))

    def _unchanged(self, entries, words):
        old, unknown = self.tokenizer, [self.tokenizer.unknown_id]
        wanted = {word: old.cut_word(word) for word in words}
        always = {word for word in words if wanted[word] == unknown}
        check: Iterable[str] = words
        while entries and check:
            longer = self.extended(entries)
            place_of = {piece: place for place, (piece, _) in enumerate(entries)}
            known, longest = frozenset(longer.pieces), max(map(len, longer.pieces))
            dropped, changed = set(), []
            for word in check:
                if longer.cut_word(word) != wanted[word]:
                    changed.append(word)
                    met = [piece for piece in _met(word, known, old.continuation, longest) if piece in place_of]
                    dropped.add(min(met, key=lambda piece: entries[place_of[piece]][1]) if word in always else met[0])
            entries = [entry for entry in entries if entry[0] not in dropped]
            # a word of known pieces that met no new one will meet none among fewer
            check = {*changed, *always} if changed else ()
        return entries

    def extended(self, entries: Sequence[Entry]) -> WordPieceTokenizer:
        """The tokenizer with these entries behind its own pieces."""
        return self.tokenizer.extended([piece for piece, _ in entries])

    @staticmethod
    def spelled(tokenizer: WordPieceTokenizer) -> tuple[str, ...]:
        """The pieces as methods for first rows see them: U+2581 begins a word."""
        inside = tokenizer.continuation
        return tuple(
            piece.removeprefix(inside) if piece.startswith(inside) else _SPACE + piece for piece in tokenizer.pieces
        )


def _met(word, known, continuation, longest):
    """The pieces that a word is cut into, up to the place where none fits."""
    start = 0
    while start < len(word):
        prefix = continuation if start else ""
        for end in range(min(len(word), start + longest), start, -1):
            if prefix + word[start:end] in known:
                break
        else:
            return
        yield prefix + word[start:end]
        start = end
