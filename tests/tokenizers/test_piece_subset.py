"""WordPiece and byte-pair vocabularies without some of their pieces cut texts as before where their pieces are kept."""

import numpy as np
import pytest

from keras_i18n.tokenizers import BytePairTokenizer, WordPieceTokenizer
from keras_i18n.tokenizers.piece_subset import (
    indispensable,
    may_be_cut_otherwise,
    plain_pieces,
    with_makers,
    with_pieces,
)
from tests.tokenizers.byte_pairs import SPECIAL, trained
from tests.tokenizers.vocabularies import TEXTS, wordpieces

TOKENIZERS = {
    "WordPiece": WordPieceTokenizer(wordpieces(), begin=True, end=True),
    "GPT-2": BytePairTokenizer(*trained(), special_tokens=SPECIAL, begin="<s>"),
    "Llama 3": BytePairTokenizer(*trained("llama3"), pattern="llama3", whole_words=True),
}


@pytest.mark.parametrize("name", TOKENIZERS)
def test_texts_whose_pieces_are_kept_are_cut_as_before(name):
    """Random parts of the vocabulary, and texts of random words."""
    whole_vocabulary, generator = TOKENIZERS[name], np.random.default_rng(0)
    words = [word for text in TEXTS for word in text.split()]
    texts = [*TEXTS, *(" ".join(generator.choice(words, 4)) for _ in range(300))]
    before, kept_whole, smallest = whole_vocabulary.tokenize(texts), 0, 1.0
    for share in (0.6, 0.9, 0.97, 0.995):
        drawn = np.flatnonzero(generator.random(whole_vocabulary.vocabulary_size) < share)
        ids = with_makers(whole_vocabulary, {*drawn.tolist(), *indispensable(whole_vocabulary)})
        smaller = with_pieces(whole_vocabulary, ids)
        smallest = min(smallest, smaller.vocabulary_size / whole_vocabulary.vocabulary_size)
        place = {number: place for place, number in enumerate(ids.tolist())}
        for old, new in zip(before, smaller.tokenize(texts), strict=True):
            if all(number in place for number in old.tolist()) and not may_be_cut_otherwise(whole_vocabulary, old):
                assert [place[number] for number in old.tolist()] == new.tolist()
                kept_whole += 1
    assert kept_whole > 30
    assert smallest < 0.95


def test_a_word_that_was_unknown_may_be_spelled_by_fewer_pieces():
    tokenizer = WordPieceTokenizer(["[UNK]", "t", "to", "##ox"])
    (before,), (after,) = tokenizer.tokenize(["tox"]), with_pieces(tokenizer, [0, 1, 3]).tokenize(["tox"])
    assert (before.tolist(), after.tolist()) == ([0], [1, 2])
    assert may_be_cut_otherwise(tokenizer, before)


def test_pieces_spell_text():
    byte_pairs = TOKENIZERS["GPT-2"]
    spelled = dict(zip(byte_pairs.pieces, plain_pieces(byte_pairs), strict=True))
    assert (spelled["Ġ"], spelled["a"], spelled["Ð"]) == ("", "a", "")
    assert any(len(text) > 1 and not text.isascii() for text in spelled.values())


def test_what_cannot_be_left_out():
    tokenizer = TOKENIZERS["WordPiece"]
    with pytest.raises(ValueError, match=r"all indispensable pieces\. Received: 1 of them"):
        with_pieces(tokenizer, [9])
    with pytest.raises(ValueError, match="distinct"):
        with_pieces(tokenizer, [*indispensable(tokenizer), 9, 9])
