"""Texts and translations stay beside each other, from one file or two."""

import gzip
import pickle

import pytest

from keras_i18n.datasets import DataError, ParallelTexts, from_lists, read, read_parallel, shared_ids

ENGLISH = ["Good morning", "Good night", "Where is the station?", "Thank you"]
SWAHILI = ["Habari za asubuhi", "Usiku mwema", "Kituo kiko wapi?", "Asante"]


@pytest.fixture
def pairs():
    return ParallelTexts(ENGLISH, SWAHILI, source_language="eng", target_language="swa")


def test_pairs(pairs):
    assert (pairs.source_language, pairs.target_language) == ("en", "sw")
    assert len(pairs) == 4
    assert list(pairs)[1] == ("Good night", "Usiku mwema")
    assert pairs[-1] == ("Thank you", "Asante")
    assert pairs[1:3].target == tuple(SWAHILI[1:3])
    assert pairs[[3, 0]].source == (ENGLISH[3], ENGLISH[0])
    assert pairs.swap().swap() == pairs
    assert pairs.swap()[0] == ("Habari za asubuhi", "Good morning")
    assert dict(pairs.shuffle(1)) == dict(pairs)
    assert pairs.shuffle(1) == pairs.shuffle(1)
    assert pickle.loads(pickle.dumps(pairs)) == pairs
    with pytest.raises(AttributeError, match="do not change"):
        pairs.source = ()


def test_split_keeps_equal_sources_together():
    pairs = ParallelTexts(["a", "b", "a", "c", "d", "a"], list("123456"), source_language="en", target_language="sw")
    for seed in range(10):
        train, test = pairs.split(0.4, seed=seed)
        assert not set(train.source) & set(test.source)
        assert sorted(train.target + test.target) == list("123456")


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [(["a"], [], "Received: 1 and 0 texts"), (["a", 3], ["b", "c"], r"`source` must hold str. Received: 3 in row 1")],
)
def test_what_is_refused(source, target, message):
    with pytest.raises(ValueError, match=message):
        ParallelTexts(source, target, source_language="en", target_language="sw")


@pytest.mark.parametrize("suffix", [".tsv", ".csv.gz", ".jsonl.xz", ".parquet"])
def test_one_file_with_a_column_a_language(tmp_path, suffix, pairs):
    from keras_i18n.datasets.writing import write

    path = tmp_path / f"pairs{suffix}"
    write({"nr": list("1234"), "en": ENGLISH, "sw": SWAHILI}, path)
    assert read_parallel(path, source="en", target="sw") == pairs
    assert read_parallel(path, source="swa", target="eng") == pairs.swap()
    french = read_parallel(path, source="en", target="fr", target_column="sw")
    assert (french.target, french.target_language) == (tuple(SWAHILI), "fr")
    with pytest.raises(DataError, match=r"must have a column 'fr'. Received: 'nr', 'en', 'sw'.*target_column="):
        read_parallel(path, source="en", target="fr")
    with pytest.raises(ValueError, match="Did you mean 'sw'"):
        read_parallel(path, source="en", target="swahili")


def test_ragged_lines(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("en\tsw\nGood\tNzuri\nBad\n\nx\ty\tz\n")
    with pytest.raises(DataError, match=r"pairs.tsv, line 3: Every line must have 2 fields.*2 further"):
        read_parallel(path, source="en", target="sw")


def test_two_files(tmp_path, pairs):
    first, second = tmp_path / "a.en", tmp_path / "a.sw.gz"
    first.write_bytes("\r\n".join(ENGLISH).encode())
    second.write_bytes(gzip.compress(("\n".join(SWAHILI) + "\n").encode()))
    assert read_parallel((first, second), source="en", target="sw") == pairs
    second.write_bytes(gzip.compress("\n".join([*SWAHILI, "Moja", "Mbili"]).encode()))
    with pytest.raises(DataError, match=r"a.sw.gz, line 5: .*Received: 4 in .*a.en' and 6 in .*'Moja'"):
        read_parallel((first, second), source="en", target="sw")
    first.write_bytes("Straße\nfünf".encode("cp1252"))
    with pytest.raises(DataError, match=r"a.en, line 1: .*byte DF at offset 4"):
        read_parallel((first, second), source="en", target="sw")
    first.write_text("")
    second.write_bytes(gzip.compress(b""))
    with pytest.raises(DataError, match="at least one"):
        read_parallel((first, second), source="en", target="sw")
    with pytest.raises(ValueError, match=r"or two: .* Received: 1"):
        read_parallel((first,), source="en", target="sw")


def test_pairs_of_a_data_set():
    data = from_lists([*ENGLISH, *SWAHILI[1:]], language=["en"] * 4 + ["sw"] * 3, id=[*"0123", *"321"])
    pairs = ParallelTexts.from_dataset(data, source="en", target="sw")
    assert list(pairs) == [(ENGLISH[1], SWAHILI[3]), (ENGLISH[2], SWAHILI[2]), (ENGLISH[3], SWAHILI[1])]
    with pytest.raises(ValueError, match="must differ within 'en'"):
        ParallelTexts.from_dataset(data + data, source="en", target="sw")
    with pytest.raises(ValueError, match="none shared"):
        ParallelTexts.from_dataset(data[[0, 4]], source="en", target="sw")


def test_shared_ids():
    train, test = (from_lists(list(ids), language="en", id=list(ids)) for ids in ("cab", "bxc"))
    assert shared_ids(train, test) == ["b", "c"]
    assert shared_ids(train, train[0:0]) == []
    with pytest.raises(KeyError, match="no column 'key'"):
        shared_ids(train, test, column="key")


def test_real_data(shared_data):
    captions = read_parallel(shared_data / "multi30k" / "val.tsv.xz", source="de", target="en")
    assert len(captions) == 1014
    assert captions[1][1] == "A man sleeping in a green room on a couch."
    lexicon = read_parallel(
        shared_data / "xling_bli" / "test2k.tsv.xz",
        source="de",
        target="tr",
        source_column="source",
        target_column="target",
        where={"src_lang": "de", "tgt_lang": "tr"},
    )
    assert len(lexicon) == 2000
    with pytest.raises(DataError, match=r"`where` must leave at least one row. Received: \{'src_lang': 'xx'\}"):
        read_parallel(
            shared_data / "xling_bli" / "test2k.tsv.xz",
            source="de",
            target="tr",
            source_column="source",
            target_column="target",
            where={"src_lang": "xx"},
        )
    dev = read(shared_data / "sib200" / "dev.tsv.xz", language="lang")
    news = ParallelTexts.from_dataset(dev, source="en", target="zh-Hant")
    assert len(news) == 99


def test_columns_named_as_flores_and_nllb_name_languages(tmp_path, pairs):
    path = tmp_path / "pairs.tsv"
    path.write_text("eng_Latn\tswh_Latn\n" + "".join(f"{a}\t{b}\n" for a, b in pairs), encoding="utf-8")
    assert read_parallel(path, source="en", target="sw") == pairs
