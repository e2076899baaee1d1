"""Columns stay together, splits leak nothing, sampling follows its formula."""

import collections
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_i18n.datasets import Dataset, concatenate, from_lists, language_shares, read, shared_ids

TEXTS = ["Wake me at six", "Amka saa kumi na mbili", "叫我起床", "叫我起床吧", "", "Oynat 🎵"]
LABELS = ["alarm", "alarm", "alarm", "music", "music", "music"]
LANGUAGES = ["en", "sw", "zh-Hans", "zh-Hant", "zh-Hant", "tr"]


@pytest.fixture
def data():
    return from_lists(TEXTS, LABELS, language=LANGUAGES, id=[0, 1, 2, 2, 4, 5])


def unbalanced(sizes, labels=("a", "b")):
    """`sizes[tag]` rows a language, labels in turn."""
    rows = [(f"{tag} {row}", labels[row % len(labels)], tag) for tag, size in sizes.items() for row in range(size)]
    text, label, language = zip(*rows, strict=True)
    return from_lists(text, label, language=language)


def test_columns_and_rows(data):
    assert len(data) == 6
    assert data.columns == ("text", "label", "language", "id")
    assert data.labels == ("alarm", "music")
    assert data.languages == ("en", "sw", "tr", "zh-Hans", "zh-Hant")
    assert data[2] == {"text": "叫我起床", "label": "alarm", "language": "zh-Hans", "id": 2}
    assert data[-1]["text"] == "Oynat 🎵"
    assert [row["id"] for row in data] == [0, 1, 2, 2, 4, 5]
    assert data["id"] == (0, 1, 2, 2, 4, 5)
    assert data[1:3].text == tuple(TEXTS[1:3])
    assert data[[5, 0]].language == ("tr", "en")
    assert data[np.array([True, False, False, False, False, True])].text == (TEXTS[0], TEXTS[5])
    assert len(data[0:0]) == 0
    assert data[0:0].languages == ()
    assert pickle.loads(pickle.dumps(data)) == data


def test_tags_become_canonical_and_one_tag_may_stand_for_all():
    assert from_lists(["a", "b"], language=["iw", "zh_hant"]).language == ("he", "zh-Hant")
    assert from_lists(["a", "b"], language="deu").language == ("de", "de")


def test_a_data_set_does_not_change(data):
    with pytest.raises(AttributeError, match="does not change"):
        data.text = ()
    with pytest.raises(AttributeError, match="does not change"):
        data.columns = ()
    texts = list(TEXTS)
    copied = from_lists(texts, language="en")
    texts[0] = "changed"
    assert copied.text[0] == TEXTS[0]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"text": ["a"]}, "needs a column 'language'"),
        ({"text": ["a", "b"], "language": ["en"]}, r"one entry a row.*'language': 1"),
        ({"text": ["a", None], "language": "en"}, r"`text` must hold str. Received: None in row 1"),
        ({"text": ["a", b"b"], "language": "en"}, r"Received: b'b' in row 1"),
        ({"text": "abc", "language": "en"}, "must be a list"),
        (
            {"text": ["a"], "label": [3.5], "language": "en"},
            r"`label`, row 0: A label must be text or a whole number. Received: 3.5",
        ),
        ({"text": ["a"], "label": [""], "language": "en"}, "row 0: Every row needs a label"),
        ({"text": ["a"], "label": ["x"], "language": "english"}, "Did you mean 'en'"),
    ],
)
def test_what_is_refused(columns, message):
    with pytest.raises(ValueError, match=message):
        Dataset(columns)


def test_select(data):
    assert data.select(languages=["sw", "en"]).text == tuple(TEXTS[:2])
    assert data.select(languages="zh").language == ("zh-Hans",)
    assert data.select(languages="zh-TW").language == ("zh-Hant", "zh-Hant")
    assert data.select(labels="music").label == ("music",) * 3
    assert len(data.select(languages=["sw"], labels=["music"])) == 0
    with pytest.raises(ValueError, match=r"No row is in 'fr'. The data set has: en, sw"):
        data.select(languages=["en", "fr"])
    with pytest.raises(ValueError, match=r"No row has these labels: \['weather'\]"):
        data.select(labels=["alarm", "weather"])


def test_texts_without_labels(data):
    plain = data.without("label", "id")
    assert plain.label is None
    assert plain.labels == ()
    assert plain.columns == ("text", "language")
    assert plain.split(0.5)[1].language == ("zh-Hant",)  # languages with one row stay in train
    assert len(plain.split(0.5, by=())[1]) == 3
    assert plain.select(languages="en")[0] == {"text": TEXTS[0], "language": "en"}
    assert plain.summary().counts.tolist() == [[1], [1], [1], [1], [2]]


def test_concatenate(data):
    both = data + data[:2]
    assert len(both) == 8
    assert both["id"] == (0, 1, 2, 2, 4, 5, 0, 1)
    with pytest.raises(ValueError, match=r"same columns.*without"):
        concatenate(data, data.without("id"))
    with pytest.raises(ValueError, match="at least one"):
        concatenate()


def test_split_keeps_the_proportions_of_language_and_label():
    data = unbalanced({"en": 100, "sw": 20, "th": 10})
    train, test = data.split(0.2, seed=3)
    assert collections.Counter(zip(test.language, test.label, strict=True)) == {
        ("en", "a"): 10,
        ("en", "b"): 10,
        ("sw", "a"): 2,
        ("sw", "b"): 2,
        ("th", "a"): 1,
        ("th", "b"): 1,
    }
    assert sorted(train.text + test.text) == sorted(data.text)
    assert data.split(0.2, seed=3)[1] == test
    assert data.split(0.2, seed=4)[1] != test
    assert len(data.split(7)[1]) == 7


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.floats(0.1, 0.5), st.integers(0, 9))
def test_split_is_a_partition_close_to_its_share(sizes, share, seed):
    data = unbalanced(dict(zip(["en", "sw", "th", "ja", "ar", "hi"], sizes, strict=False)))
    try:
        train, test = data.split(share, seed=seed)
    except ValueError:
        assert round(len(data) * share) == 0 or len(set(zip(data.language, data.label, strict=True))) == len(data)
        return
    assert sorted(train.text + test.text) == sorted(data.text)
    strata = collections.Counter(zip(data.language, data.label, strict=True))
    tested = collections.Counter(zip(test.language, test.label, strict=True))
    assert all(tested[stratum] < strata[stratum] for stratum in tested)  # train keeps one of each
    # small strata cannot give their share, and rows are whole: the others give what is missing
    missing = 0.5 + sum(max(0.0, share * size - (size - 1)) for size in strata.values())
    assert all(abs(tested[stratum] - share * size) <= 1 + missing for stratum, size in strata.items() if size > 1)


def test_groups_stay_on_one_side(shared_data):
    data = read(shared_data / "sib200" / "dev.tsv.xz", language="lang")
    train, test = data.split(0.2, groups="id")
    assert shared_ids(train, test) == []
    assert len(test["id"]) == pytest.approx(0.2 * len(data), rel=0.05)
    assert test.languages == train.languages == data.languages
    assert test.labels == data.labels
    # A split by rows does leak, which is what `groups` is for.
    assert len(shared_ids(*data.split(0.2))) == 99


def test_groups_of_uneven_size():
    sizes = [50, 30, 10, 5, 2, 1, 1, 1]
    data = from_lists(["x"] * 100, language="en", id=[group for group, size in enumerate(sizes) for _ in range(size)])
    train, test = data.split(0.3, groups="id")
    assert shared_ids(train, test) == []
    assert len(test) == 30
    alone, _ = from_lists(["x"] * 9, language="en", id=[0] * 5 + [1] * 4).split(0.1, groups="id")
    assert alone["id"] == (0,) * 5  # no group is small enough: the smallest one is taken
    rare = from_lists(["x"] * 100, language="en", label=[f"label {row}" for row in range(100)], id=range(100))
    assert len(rare.split(0.2, groups="id")[1]) == 20
    with pytest.raises(ValueError, match="must leave rows on both sides"):
        from_lists(["x"] * 4, language="en", id=[1] * 4).split(0.25, groups="id")


@pytest.mark.parametrize("test", [0, 0.0, 1.0, 6, -1, 0.01])
def test_a_split_with_an_empty_side_is_refused(data, test):
    with pytest.raises(ValueError, match="must leave rows on both sides"):
        data.split(test)


def test_shuffle(data):
    assert data.shuffle(1) == data.shuffle(1)
    assert data.shuffle(1) != data.shuffle(2)
    assert sorted(data.shuffle(1).text) == sorted(data.text)


def test_language_shares():
    assert language_shares([900, 100]).tolist() == pytest.approx([0.9, 0.1])
    assert language_shares([900, 100], alpha=0.5).tolist() == pytest.approx([0.75, 0.25])  # 30 : 10
    assert language_shares([7, 0, 1], alpha=0).tolist() == [0.5, 0, 0.5]
    with pytest.raises(ValueError, match="`alpha`"):
        language_shares([1], alpha=-1)
    with pytest.raises(ValueError, match="at least one language"):
        language_shares([0, 0])


def test_sampling_by_temperature():
    data = unbalanced({"en": 900, "sw": 100})
    drawn = data.sample(1000, alpha=0.5, seed=2)
    assert collections.Counter(drawn.language) == {"en": 750, "sw": 250}
    repeats = collections.Counter(text for text in drawn.text if text.startswith("sw"))
    assert set(repeats.values()) == {2, 3}  # 250 draws of 100 rows, evenly
    assert len(set(text for text in drawn.text if text.startswith("en"))) == 750  # none twice where there are enough
    assert drawn == data.sample(1000, alpha=0.5, seed=2)
    assert drawn != data.sample(1000, alpha=0.5, seed=3)
    assert drawn.language[:50] != tuple(sorted(drawn.language[:50]))  # shuffled
    assert collections.Counter(data.sample(7, alpha=0).language)["sw"] in (3, 4)
    assert len(data.sample(0)) == 0
    with pytest.raises(ValueError, match="`n`"):
        data.sample(-1)
    with pytest.raises(ValueError, match="at least one language"):
        data[0:0].sample(3)


def test_summary(data):
    summary = data.summary()
    assert summary.counts.tolist() == [[1, 0], [1, 0], [0, 1], [1, 0], [0, 2]]
    assert str(summary).splitlines()[-1].split() == ["all", "6", "3", "3"]
    assert "Chinese (Traditional)" in str(summary)
    assert str(data[0:0].summary()).splitlines()[-1].split() == ["all", "0"]
    assert repr(data) == "Dataset of 6 rows, 2 labels, 5 languages (en, sw, tr, zh-Hans, zh-Hant)"


@pytest.mark.parametrize(("asked", "written"), [("sw", "swh_Latn"), ("arb", "ar"), ("no", "nob_Latn"), ("fa", "pes")])
def test_rows_are_selected_by_a_macrolanguage_or_its_usual_language(asked, written):
    data = from_lists(["a", "b"], language=[written, "en"])
    assert data.select(languages=asked).text == ("a",)
