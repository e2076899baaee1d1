"""Words of one language and what they are in another; texts put over word by word."""

import numpy as np
import pytest

from keras_i18n.transfer.word_translation.glossary import Glossary, bare_word, words_of
from keras_i18n.transfer.word_translation.word_vectors import WordVectors

ENGLISH = ["the sun shines", "the sea is deep", "the sun and the sea", "a deep book", "the book shines"]
SWAHILI = ["jua linang'aa", "bahari ni kirefu", "jua na bahari", "kitabu kirefu", "kitabu linang'aa"]


def best(glossary, word):
    return max(glossary.entries[word], key=glossary.entries[word].get)


def rng():
    return np.random.default_rng(0)


def test_pairs_tell_what_stands_for_what():
    glossary, counts = Glossary.from_pairs(ENGLISH, SWAHILI)
    found = {word: best(glossary, word) for word in ("sun", "sea", "deep", "book", "shines")}
    assert found == {"sun": "jua", "sea": "bahari", "deep": "kirefu", "book": "kitabu", "shines": "linang'aa"}
    assert counts["sun"] == 2
    assert counts["and"] == 1


def test_weights_of_a_word_sum_to_one():
    glossary, _ = Glossary.from_pairs(ENGLISH, SWAHILI)
    assert all(sum(found.values()) == pytest.approx(1) for found in glossary.entries.values())


def test_words_without_spaces_between_them_give_nothing():
    glossary, counts = Glossary.from_pairs(ENGLISH, ["ดวงอาทิตย์ส่องแสง"] * 5)
    assert len(glossary) == 0
    assert not counts


@pytest.mark.parametrize("sides", [([], []), (["sun"], [""]), ([""], ["jua"])])
def test_empty_texts_give_an_empty_glossary(sides):
    assert len(Glossary.from_pairs(*sides)[0]) == 0


def test_vectors_tell_what_lies_at_the_same_place_of_another_language():
    places = rng().standard_normal((40, 16))
    known, new = [f"en{number}" for number in range(40)], [f"sw{number}" for number in range(40)]
    shifted = places + 0.1 * rng().standard_normal(places.shape) + 7.0  # languages lie apart
    glossary = Glossary.from_vectors(WordVectors.centred(known, places), WordVectors.centred(new, shifted))
    assert [best(glossary, word) for word in known] == new


def test_vectors_tell_which_word_of_a_single_pair_a_word_stands_for():
    vectors = np.random.default_rng(3).standard_normal((4, 16))
    known = WordVectors.centred(["sun", "sea", "book", "fish"], vectors)
    new = WordVectors.centred(["Jua", "bahari", "kitabu", "samaki"], vectors + 0.2)  # found whatever its case
    source, target = ["fish sea sun"], ["jua samaki bahari nadra"]  # of "nadra" nothing is known
    undecided, _ = Glossary.from_pairs(source, target)
    assert len(set(undecided.entries["sun"].values())) == 1
    glossary, counts = Glossary.from_pairs(source, target, vectors=(known, new))
    assert [best(glossary, word) for word in ("sun", "sea", "fish")] == ["jua", "bahari", "samaki"]
    assert glossary.mutual(counts, fewest=1) == [("fish", "samaki"), ("sea", "bahari"), ("sun", "jua")]
    assert glossary.mutual(counts) == []  # they stood together but once


def test_mutual_pairs_are_the_best_of_both_words():
    glossary = Glossary({"sun": {"jua": 0.9, "na": 0.1}, "day": {"jua": 0.6, "siku": 0.4}, "sea": {"bahari": 1.0}})
    assert glossary.mutual({"sun": 2, "day": 2, "sea": 9}) == [("sun", "jua"), ("sea", "bahari")]
    assert glossary.mutual({"sun": 2, "day": 9, "sea": 1}) == [("day", "jua")]


def test_many_pairs_are_trusted_more_than_few():
    teacher = Glossary({"sun": {"bahari": 1.0}, "sea": {"jua": 1.0}})
    pairs = Glossary({"sun": {"jua": 1.0}, "sea": {"bahari": 1.0}, "book": {"kitabu": 1.0}})
    joined = teacher.trusting(pairs, {"sun": 30, "sea": 1, "book": 1})
    assert joined.entries["sun"]["jua"] > 0.9 > joined.entries["sea"]["bahari"] > 0.5
    assert joined.entries["book"] == {"kitabu": 1.0}
    assert sum(joined.entries["sea"].values()) == pytest.approx(1)


def test_gloss_keeps_what_it_does_not_know_and_the_marks_around_words():
    glossary = Glossary({"sun": {"jua": 1.0}, "sea": {"bahari": 1.0}})
    assert glossary.gloss('The Sun, "sea" (1969) — Ada.', rng()) == 'The Jua, "bahari" (1969) — Ada.'
    assert glossary.gloss("", rng()) == ""


def test_gloss_draws_among_translations_by_their_weights():
    glossary = Glossary({"sun": {"jua": 0.75, "mchana": 0.25}})
    drawn = glossary.gloss("sun " * 2000, rng()).split()
    assert 0.70 < drawn.count("jua") / 2000 < 0.80
    assert set(drawn) == {"jua", "mchana"}


def test_gloss_of_a_share_leaves_the_rest():
    words = Glossary({"sun": {"jua": 1.0}}).gloss("sun " * 2000, rng(), share=0.25).split()
    assert 0.2 < words.count("jua") / 2000 < 0.3


def test_words_hold_their_vowel_signs():
    assert words_of("यह किताब है।") == ["यह", "किताब", "है"]
    assert bare_word("«किताब»।") == "किताब"
    assert bare_word("...") == ""
