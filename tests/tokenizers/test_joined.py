import numpy as np
import pytest

from keras_i18n.tokenizers import CharacterTokenizer, JoinedTokenizer, NgramTokenizer

TEXTS = ["Wake me at six", "明日は傘が要りますか？", "İstanbul'da", ""]


@pytest.fixture(scope="module")
def joined():
    return JoinedTokenizer([NgramTokenizer(num_buckets=60), CharacterTokenizer.train(TEXTS)])


def test_ids_are_those_of_each_tokenizer_in_a_range_of_its_own(joined):
    ngrams, characters = joined.tokenizers
    for row, one, other in zip(joined.tokenize(TEXTS), ngrams.tokenize(TEXTS), characters.tokenize(TEXTS), strict=True):
        assert row.tolist() == [*one.tolist(), *(other + 60).tolist()]
        assert row.dtype == np.int32
    assert joined.vocabulary_size == 60 + characters.vocabulary_size


def test_its_file_gives_the_same_ids(joined, tmp_path):
    joined.save(tmp_path / "joined.tokenizer")
    again = JoinedTokenizer.load(tmp_path / "joined.tokenizer")
    assert again.digest == joined.digest
    assert [row.tolist() for row in again.tokenize(TEXTS)] == [row.tolist() for row in joined.tokenize(TEXTS)]


def test_a_joined_one_counts_as_its_parts(joined):
    first = NgramTokenizer(num_buckets=7)
    nested, flat = JoinedTokenizer([first, joined]), JoinedTokenizer([first, *joined.tokenizers])
    assert nested.digest == flat.digest
    assert nested.starts == (0, 7, 67)
    assert [row.tolist() for row in nested.tokenize(TEXTS)] == [row.tolist() for row in flat.tokenize(TEXTS)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data[:-1], "do not have the sizes"),
        (lambda data: data.replace(b"NgramTokenizer", b"PickleTokeniser", 1), "must hold"),
        (lambda data: b"something else", "must begin with"),
        (lambda data: data.replace(b'"digest": "', b'"digest": "0', 1), "digest"),
    ],
)
def test_damaged_files_are_refused(joined, change, told):
    with pytest.raises(ValueError, match=told):
        JoinedTokenizer.from_bytes(change(joined.to_bytes()))


def test_other_things_are_refused():
    with pytest.raises(ValueError, match="from one to 4 tokenizers"):
        JoinedTokenizer([])
    with pytest.raises(TypeError, match="Received: str"):
        JoinedTokenizer(["words"])
