"""Words that no text for training has."""

import collections

import numpy as np
import pytest

from keras_i18n.transfer.word_translation.glossary import words_of
from keras_i18n.transfer.word_translation.made_up_words import unseen_share, with_unknown_words

WORDS = ["kitabu", "samaki", "bahari", "maziwa"]


def rng():
    return np.random.default_rng(0)


def test_what_stood_once_tells_how_much_is_unseen():
    """On words drawn like those of a language, the estimate is near to what another text of it lacks."""
    random = np.random.default_rng(1)
    drawn = random.zipf(1.6, 4000)
    seen, other = collections.Counter(drawn[:2000].tolist()), drawn[2000:].tolist()
    assert unseen_share(seen) == pytest.approx(np.mean([word not in seen for word in other]), abs=0.03)


@pytest.mark.parametrize(
    ("counts", "share"),
    [({}, 0.0), ({"na": 5}, 0.0), ({"na": 3, "jua": 1}, 0.25), ({"ดวงอาทิตย์": 1, "ทะเลสีฟ้า": 1}, 0.0)],
)
def test_shares_of_no_words_and_of_phrases(counts, share):
    assert unseen_share(counts) == share


def test_so_many_words_are_replaced_by_parts_of_two():
    texts = with_unknown_words(["jua " * 4000], WORDS, 0.3, rng())[0].split()
    made = [word for word in texts if word != "jua"]
    assert 0.27 < len(made) / 4000 < 0.33
    starts = {word[:length] for word in WORDS for length in range(1, len(word))}
    ends = {word[length:] for word in WORDS for length in range(1, len(word))}
    assert all(any(word[:cut] in starts and word[cut:] in ends for cut in range(1, len(word))) for word in made)


def test_marks_and_numbers_stay():
    (text,) = with_unknown_words(["(jua), 1969 — bahari!"], WORDS, 1.0, rng())
    first, year, dash, last = text.split()
    assert (first[0], first[-2:], year, dash, last[-1]) == ("(", "),", "1969", "—", "!")
    assert not {"jua", "bahari"} & set(words_of(text))


@pytest.mark.parametrize(("words", "share"), [([], 0.5), (["a", "b"], 0.5), (WORDS, 0.0)])
def test_nothing_to_make_words_of_changes_nothing(words, share):
    assert with_unknown_words(["jua na bahari"], words, share, rng()) == ["jua na bahari"]
