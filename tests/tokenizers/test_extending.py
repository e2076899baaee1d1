"""More pieces for a vocabulary that stays what it was."""

import numpy as np
import pytest

from keras_i18n.tokenizers import UnigramTokenizer, train_unigram

ENGLISH = ["the sun is over the sea", "we read a book at school", "birds sing in the tree"] * 20
# U+E000 and the emoji are in no vocabulary here: what an unknown character costs must not change either
OLD_TEXTS = [*ENGLISH[:3], "the \ue000sun🎉", "", "thesea"]


@pytest.fixture(scope="module")
def tokenizer():
    return train_unigram(ENGLISH, vocabulary_size=60, begin=True, end=True)


def test_new_pieces_follow_and_old_texts_keep_their_ids(tokenizer):
    longer = tokenizer.extended(["▁jua", "▁bahari", "γ"], [-3.0, -4.0, -1e5])
    assert longer.pieces == (*tokenizer.pieces, "▁jua", "▁bahari", "γ")
    for old, new in zip(tokenizer.tokenize(OLD_TEXTS), longer.tokenize(OLD_TEXTS), strict=True):
        assert np.array_equal(old, new)
    size = tokenizer.vocabulary_size
    assert longer.tokenize(["jua bahari"])[0].tolist() == [longer.begin_id, size, size + 1, longer.end_id]
    assert longer.scores[-1] == pytest.approx(tokenizer.model.min_score)
    again = UnigramTokenizer.from_bytes(longer.to_bytes())
    assert again.tokenize(["jua γ"])[0].tolist() == longer.tokenize(["jua γ"])[0].tolist()


@pytest.mark.parametrize("pieces", [["an old one"], ["▁jua", "▁jua"], [""]])
def test_pieces_that_cannot_join_are_refused(tokenizer, pieces):
    pieces = [tokenizer.pieces[-1] if piece == "an old one" else piece for piece in pieces]
    with pytest.raises(ValueError, match=r"must be distinct|must have 1 to"):
        tokenizer.extended(pieces, [-3.0] * len(pieces))


def test_a_long_piece_has_a_length_of_two_bytes(tokenizer):
    piece = "▁" + "सूर्यास्त" * 10  # over 127 bytes
    assert tokenizer.extended([piece], [-5.0]).pieces[-1] == piece


def test_samples_spell_the_text_in_many_ways(tokenizer):
    samples = [tokenizer.sample(["the sun is over the sea"], alpha=0.1)[0] for _ in range(20)]
    assert len({tuple(ids) for ids in samples}) > 5
    for ids in samples:
        assert (ids[0], ids[-1]) == (tokenizer.begin_id, tokenizer.end_id)
        assert tokenizer.detokenize([ids]) == ["the sun is over the sea"]


def test_normalized_texts_are_what_the_vocabulary_sees(tokenizer):
    assert tokenizer.normalize(["ﬁsh  ①"]) == ["▁fish▁1"]
