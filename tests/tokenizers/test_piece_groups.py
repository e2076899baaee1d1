"""Pieces that a text may only use where they cover enough of it."""

import concurrent.futures
import copy
import itertools
import json
import multiprocessing
import pickle

import numpy as np
import pytest
import sentencepiece

from keras_i18n.tokenizers import UnigramTokenizer, conformance, train_unigram
from keras_i18n.tokenizers.piece_groups import PieceGroups
from keras_i18n.tokenizers.unigram_subset import with_selected_pieces
from tests.tokenizers.vocabularies import TEXTS, grouped, trained, written

ENGLISH = ["the sun is over the sea", "we read a book at school", "birds sing in the tree"] * 20
OLD = UnigramTokenizer(
    train_unigram(ENGLISH, vocabulary_size=60).model_bytes, begin=True, end=True, groups=PieceGroups(least_percent=20)
)
SWAHILI, GERMAN = ["▁jua", "▁bahari", "rds"], ["▁sonne", "▁meer"]
FIRST = OLD.vocabulary_size
LONGER = OLD.extended([*SWAHILI, *GERMAN], [-3.0] * 5, group_sizes=[3, 2])


def alike(one, other, texts):
    return [np.array_equal(*pair) for pair in zip(one.tokenize(texts), other.tokenize(texts), strict=True)]


def test_a_piece_that_fits_by_accident_is_not_used_and_a_language_has_its_own():
    texts = ["birds sing in the tree", "", "the jua is over the sea and over the tree", "🎉", "sea " * 9 + "sonne"]
    free = UnigramTokenizer(LONGER.model_bytes, begin=True, end=True)
    assert alike(free, OLD, texts) == [False, True, False, True, False]
    assert all(alike(LONGER, OLD, texts))
    # 3 of 8 code points of "▁birds▁s" are too few for no text: the share decides, whatever the words are
    assert alike(LONGER, free, ["jua bahari", "jua", "rds", "sonne meer sea", "jua sonne", "birds s"]) == [True] * 6


def test_each_group_is_judged_by_itself():
    text = "the sun is over jua bahari jua bahari meer"
    ids = LONGER.tokenize([text])[0].tolist()
    assert {LONGER.piece_id("▁jua"), LONGER.piece_id("▁bahari")} < set(ids)
    assert LONGER.piece_id("▁meer") not in ids
    only_swahili = OLD.extended(SWAHILI, [-3.0] * 3, group_sizes=[3])
    assert np.array_equal(ids, only_swahili.tokenize([text])[0])


@pytest.mark.parametrize("least_percent", [20, 21])
def test_the_border_is_exact(least_percent):
    """2 of 10 code points are 20 percent of them."""
    model = written([("a", -2.0), ("b", -2.0), ("ab", -1.0)], add_dummy_prefix=False)
    tokenizer = UnigramTokenizer(model, groups={"starts": [5], "least_percent": least_percent})
    wanted = [5, *[3] * 8] if least_percent == 20 else [3, 4, *[3] * 8]
    assert tokenizer.tokenize(["ab" + "a" * 8])[0].tolist() == wanted


def by_definition(tokenizer, text):
    """The rule as its docstring tells it, by a library that knows no groups, and one from which pieces are taken."""
    model = sentencepiece.sentencepiece_model_pb2.ModelProto.FromString(tokenizer.model_bytes)
    all_pieces = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.model_bytes).encode(text)
    starts = [*tokenizer.groups.starts, tokenizer.vocabulary_size]
    known = [i for i in all_pieces if model.pieces[i].type in (1, 4)]
    total = sum(len(model.pieces[i].piece) for i in known)
    again = False
    for (first, end), percent in zip(itertools.pairwise(starts), tokenizer.groups.percents.tolist(), strict=True):
        covered = sum(len(model.pieces[i].piece) for i in known if first <= i < end)
        if not covered or 100 * covered < percent * total:
            again = again or covered > 0
            for piece in model.pieces[first:end]:
                piece.type = 5
    if not again:
        return all_pieces
    return sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString()).encode(text)


@pytest.mark.parametrize(
    "options", [{}, {"least_percent": (45, 10, 30), "byte_fallback": True, "vocabulary_size": 420}]
)
def test_ids_follow_the_definition(options):
    tokenizer = grouped(**options)
    texts = ["", "γδ", "ж", "aa", *TEXTS, *map(" ".join, itertools.combinations(TEXTS, 2))]
    texts += conformance.fuzzed_texts(tokenizer, 40, 2)
    texts = [text for text in texts if text.isprintable()]
    found = tokenizer.tokenize(texts)
    changed = alike(UnigramTokenizer(tokenizer.model_bytes), tokenizer, texts).count(False)
    assert 5 < changed < len(texts)
    for text, ids in zip(texts, found, strict=True):
        assert ids.tolist() == by_definition(tokenizer, text), text


def test_drawn_pieces_are_of_the_groups_that_the_text_may_use():
    texts = ["birds sing in the tree", "jua bahari jua", ""] * 30
    drawn = LONGER.sample(texts, alpha=0.1, seed=3)
    assert max(ids.max() for ids in drawn[::3]) < FIRST
    assert max(ids.max() for ids in drawn[1::3]) >= FIRST
    assert len({tuple(ids) for ids in drawn[::3]}) > 5
    assert all(map(np.array_equal, drawn, LONGER.sample(texts, alpha=0.1, seed=3)))
    plain = UnigramTokenizer(OLD.model_bytes)
    assert all(map(np.array_equal, plain.sample(TEXTS, seed=5), plain.sample(TEXTS, seed=5)))


def test_files_keep_groups_and_files_without_them_keep_their_digest(tmp_path):
    LONGER.save(tmp_path / "x.tokenizer")
    loaded = UnigramTokenizer.load(tmp_path / "x.tokenizer")
    assert (loaded.groups, loaded.digest) == (LONGER.groups, LONGER.digest)
    assert LONGER.get_config()["groups"] == {"starts": [FIRST, FIRST + 3], "least_percent": 20}
    for other in (loaded, pickle.loads(pickle.dumps(LONGER)), copy.deepcopy(LONGER)):
        assert all(alike(other, LONGER, ["birds sing", "jua", *ENGLISH[:3]]))
    assert UnigramTokenizer(LONGER.model_bytes, begin=True, end=True).digest != LONGER.digest
    assert "groups" not in OLD.get_config()
    # of the very bytes that the tokenizer had before there were groups
    assert trained().digest == UnigramTokenizer.from_bytes(trained().to_bytes()).digest
    assert b"groups" not in trained().to_bytes()


@pytest.mark.parametrize(
    "groups",
    [
        5,
        [FIRST],
        {"starts": 5},
        {"starts": [float(FIRST)]},
        {"starts": [True]},
        {"starts": [0]},
        {"starts": [FIRST + 3, FIRST]},
        {"starts": [FIRST, FIRST]},
        {"starts": [FIRST + 5]},
        {"starts": [2**40]},
        {"starts": [1]},
        {"starts": list(range(FIRST, FIRST + 5000))},
        {"starts": [FIRST], "least_percent": 0},
        {"starts": [FIRST], "least_percent": 101},
        {"starts": [FIRST], "least_percent": 20.5},
        {"starts": [FIRST], "least_percent": [20, 30]},
        {"starts": [], "least_percent": []},
        {"starts": [FIRST, FIRST + 3], "least_percent": [20, 0]},
        {"starts": [FIRST], "other": 1},
    ],
)
def test_groups_that_are_none_are_refused(groups):
    with pytest.raises(ValueError, match=r"[Gg]roups|least_percent"):
        UnigramTokenizer(LONGER.model_bytes, groups=groups)
    line = json.dumps({"groups": groups}).encode()
    with pytest.raises(ValueError, match="file is damaged"):
        UnigramTokenizer.from_bytes(b"keras_i18n unigram tokenizer 1\n" + line + b"\n" + LONGER.model_bytes)


def test_a_group_must_not_decide_what_unknown_code_points_cost():
    model = written([("a", -2.0), ("b", -9.0)])
    with pytest.raises(ValueError, match="lowest score"):
        UnigramTokenizer(model, groups=PieceGroups((4,)))


def test_each_piece_that_joins_must_have_a_group_where_there_are_some():
    with pytest.raises(ValueError, match="group of each piece"):
        LONGER.extended(["▁kitabu"], [-3.0])
    with pytest.raises(ValueError, match="group of each piece"):
        OLD.extended(["▁kitabu"], [-3.0], group_sizes=[2])
    assert LONGER.extended(["▁kitabu"], [-3.0], group_sizes=[0, 1]).groups.starts == (FIRST, FIRST + 3, FIRST + 5)


def test_groups_that_join_later_may_ask_for_more(tmp_path):
    longer = OLD.extended(SWAHILI, [-3.0] * 3, group_sizes=[3]).extended(
        GERMAN, [-3.0] * 2, group_sizes=[2], least_percent=60
    )
    assert longer.groups == PieceGroups((FIRST, FIRST + 3), (20, 60))
    longer.save(tmp_path / "x.tokenizer")
    loaded = UnigramTokenizer.load(tmp_path / "x.tokenizer")
    assert (loaded.groups, loaded.digest) == (longer.groups, longer.digest)
    for tokenizer in (longer, loaded):
        text = "jua bahari sonne meer"  # 10 and 11 of 21 code points
        assert tokenizer.tokenize([text])[0].max() == FIRST + 1
        assert LONGER.tokenize([text])[0].max() == FIRST + 4
        assert tokenizer.tokenize(["jua sonne meer"])[0].max() == FIRST + 4
    # where all ask for the same, nothing tells a file from one written before they could differ
    assert OLD.extended(SWAHILI, [-3.0] * 3, group_sizes=[3], least_percent=20).get_config()["groups"] == {
        "starts": [FIRST],
        "least_percent": 20,
    }
    assert with_selected_pieces(longer, [*range(FIRST), FIRST + 3, FIRST + 4]).groups == PieceGroups((FIRST,), 60)


def test_a_part_of_the_vocabulary_keeps_the_groups():
    ids = [token for token in range(LONGER.vocabulary_size) if token not in (FIRST, FIRST + 4)]
    smaller = with_selected_pieces(LONGER, ids)
    assert smaller.groups == PieceGroups((FIRST, FIRST + 2), LONGER.groups.least_percent)
    for text in ["birds sing in the tree", "bahari", "sonne sonne"]:
        assert np.array(ids)[smaller.tokenize([text])[0]].tolist() == LONGER.tokenize([text])[0].tolist()
    assert with_selected_pieces(LONGER, ids[:FIRST]).digest == OLD.digest
    with pytest.raises(ValueError, match="order of their groups"):
        with_selected_pieces(LONGER, [*range(FIRST - 1), FIRST, FIRST - 1])


def _tokenized(texts):
    return [ids.tolist() for ids in LONGER.tokenize(texts)]


def test_threads_and_forked_workers_agree():
    texts = ["birds sing in the tree", "jua bahari", "sea " * 9 + "sonne", "sonne meer"] * 20
    fresh = pickle.loads(pickle.dumps(LONGER))
    wanted = _tokenized(texts)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for found in pool.map(fresh.tokenize, [texts] * 40):
            assert [ids.tolist() for ids in found] == wanted
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(_tokenized, (texts,)).get(60) == wanted
