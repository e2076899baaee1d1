"""How a vocabulary of byte-level BPE grows."""

import itertools
from collections.abc import Iterable, Sequence

from keras_i18n.tokenizers import BytePairTokenizer
from keras_i18n.tokenizers.pair_learning import learn_merges
from keras_i18n.transfer.adding.kept_words import forms_to_keep, is_spelled, own_words
from keras_i18n.transfer.adding.vocabulary_growth import Entry, Grown, WordLists, repeated


class BytePairGrowth:
    """Merges that go on where the old ones end; none of two old pieces that stand side by side in a word that is kept.

    New merges come after all old ones, and what they make takes part in no old one. So a word changes only if a new merge
    joins two of the pieces that it had: where no such pair stands in it, it is cut as before, for certain.

    An entry is a piece and the two pieces that become it.

    Args:
        tokenizer: `BytePairTokenizer` that grows.
        num_languages: that join at once; it makes no difference.

    >>> from keras_i18n.tokenizers.byte_pair import ALPHABET
    >>> growth = BytePairGrowth(BytePairTokenizer(ALPHABET, []))
    >>> growth.without_changes([("ju", ("j", "u")), ("jua", ("ju", "a")), ("ko", ("k", "o"))], ["just"])
    [('ko', ('k', 'o'))]
    """

    def __init__(self, tokenizer: BytePairTokenizer, num_languages: int = 1) -> None:
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
        old = self.tokenizer
        spelled = [old.spelled(piece) for piece in old.pieces if piece not in old.special_tokens]
        readable = [data.decode("utf-8", "ignore") for data in spelled if data]
        known = frozenset("".join(readable))
        vocabulary = [text.strip() for text in readable if text.startswith(" ")]
        kept = _Kept(old, forms_to_keep(old, keep_texts, vocabulary))
        have, entries, refused, shared = set(old.pieces), [], set(), set()

        def joined(left, right):
            piece = left + right
            if piece in have or _length(old.spelled(piece)) > max_piece_length:
                return None
            if kept.changes(piece, (left, right)):
                refused.add(piece)
                return None
            have.add(piece)  # it is made in one way
            return piece

        for language in texts:
            current = self.extended(entries)
            stood = own_words(current, texts[language])
            for word, count in repeated(words.get(language, ())):
                for form in own_words(current, [word, f" {word}"]):
                    stood[form] += count
            cuts = []
            for word, count in sorted(stood.items()):
                if is_spelled(word.strip(), known):
                    pieces = [current.pieces[number] for number in current.cut_word(word)]
                    shared.update(pieces)
                    cuts.append((pieces, count))
            learned = learn_merges(cuts, num_pieces, joined=joined)
            entries += [(left + right, (left, right)) for (left, right), _ in learned]
        return Grown(entries, found=len(entries) + len(refused), shared=len(shared & set(old.pieces)))

    def without_changes(self, entries: Sequence[Entry], texts: Sequence[str]) -> Sequence[Entry]:
        """Of these entries those with which the texts keep their token ids."""
        kept = _Kept(self.tokenizer, own_words(self.tokenizer, texts))
        left, found = set(self.tokenizer.pieces), []
        for piece, pair in entries:
            if left.issuperset(pair) and not kept.changes(piece, pair):
                found.append((piece, pair))
                left.add(piece)
        return found

    def extended(self, entries: Sequence[Entry]) -> BytePairTokenizer:
        """The tokenizer with these entries behind its own pieces."""
        return self.tokenizer.extended([piece for piece, _ in entries], [pair for _, pair in entries])

    @staticmethod
    def spelled(tokenizer: BytePairTokenizer) -> tuple[str, ...]:
        """The pieces as methods for first rows see them: U+2581 begins a word, parts of a character are surrogates."""
        read = ((piece, tokenizer.spelled(piece)) for piece in tokenizer.pieces)
        return tuple(
            piece if data is None else data.decode("utf-8", "surrogateescape").replace(" ", "\u2581")
            for piece, data in read
        )


class _Kept:
    """What must not become one in words that are kept."""

    def __init__(self, tokenizer: BytePairTokenizer, words: Iterable[str]) -> None:
        self.tokenizer = tokenizer
        words = list(words)
        cuts = (tokenizer.cut_word(word) for word in words)
        self.pairs = {
            (tokenizer.pieces[left], tokenizer.pieces[right]) for cut in cuts for left, right in itertools.pairwise(cut)
        }
        self.words = {word.encode() for word in words} if tokenizer.whole_words else frozenset()

    def changes(self, piece, pair):
        return pair in self.pairs or self.tokenizer.spelled(piece) in self.words


def _length(data):
    """Code points of bytes of UTF-8, begun ones among them."""
    return sum(byte & 0xC0 != 0x80 for byte in data)
