"""What stands in the place of a data set is taken or refused with the way out; what is missing is no text."""

import numpy as np
import pandas
import pytest

from keras_i18n.datasets import DataError, as_dataset, from_lists, from_pandas, read, to_pandas

TEXTS, LABELS = ["Wake me at six", "Oynat 🎵", ""], ["alarm", "music", "music"]


@pytest.fixture
def data():
    return from_lists(TEXTS, LABELS, language=["en", "tr", "en"], id=[1, 2, 3])


def test_a_frame_and_back(data):
    frame = to_pandas(data)
    assert list(frame.columns) == ["text", "label", "language", "id"]
    assert from_pandas(frame) == data == as_dataset(frame)
    renamed = frame.rename(columns={"text": "review", "label": "stars"}).drop(columns="language")
    assert from_pandas(renamed, text="review", label="stars", language="sw").languages == ("sw",)


def test_whole_numbers_are_labels_also_where_a_gap_made_them_floats():
    frame = pandas.DataFrame({"text": TEXTS, "label": [1, 5, 5]})
    assert from_pandas(frame, language="en").label == ("1", "5", "5")
    frame.loc[1, "label"] = np.nan
    with pytest.raises(DataError, match=r"row 1: Every row needs a label. Received: nan \(missing\)"):
        from_pandas(frame, language="en")
    frame = pandas.DataFrame({"text": TEXTS, "label": [1.5, 2, 3]})
    with pytest.raises(DataError, match=r"row 0: A label must be text or a whole number. Received: 1.5"):
        from_pandas(frame, language="en")


@pytest.mark.parametrize("gap", [None, float("nan"), np.nan, pandas.NA, pandas.NaT])
def test_a_missing_text_is_told_with_its_row_and_never_the_text_nan(gap):
    with pytest.raises(ValueError, match=r"`text` must hold str. Received: .* in row 1. Leave such rows out"):
        from_lists(["a", gap], language="en")
    with pytest.raises(ValueError, match=r"`label`, row 1: Every row needs a label"):
        from_lists(["a", "b"], ["x", gap], language="en")
    for frame in (
        pandas.DataFrame({"text": ["a", gap], "label": ["x", "y"]}),
        pandas.DataFrame({"text": pandas.array(["a", gap], dtype="string"), "label": ["x", "y"]}),
    ):
        with pytest.raises(DataError, match=r"row 1: A text must be a string. Received: .*(missing|None)"):
            from_pandas(frame, language="en")
    assert from_lists(["nan"], language="en").text == ("nan",)  # a word, as in "nan bread"


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_a_gap_in_a_file_is_told(tmp_path, suffix):
    path = tmp_path / f"gaps{suffix}"
    if suffix == ".jsonl":
        path.write_text('{"text": "a", "label": "x"}\n{"text": NaN, "label": "x"}\n')
    else:
        pandas.DataFrame({"text": ["a", None], "label": ["x", "x"]}).to_parquet(path)
    with pytest.raises(DataError, match=r"(line|row) 2: A text must be a string"):
        read(path, language="en")


@pytest.mark.parametrize("several", [["a", "b"], ("a",), {"a"}, np.array(["a", "b"])])
def test_several_labels_are_told_apart_from_a_wrong_one(several):
    with pytest.raises(ValueError, match=r"A row has one label. Received: .*every row a list of its labels"):
        from_lists(["text", "text"], ["x", several], language="en")


def test_a_list_as_label_in_a_file(tmp_path):
    path = tmp_path / "several.jsonl"
    path.write_text('{"text": "a", "label": ["x", "y"]}\n{"text": "a", "label": "x"}\n')
    with pytest.raises(DataError, match=r"line 1: A row has one label. Received: \['x', 'y'\], a list"):
        read(path, language="en")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x85", "\v"])
def test_a_label_is_one_line(tmp_path, end):
    label = f"play{end}music"
    with pytest.raises(ValueError, match="`label`, row 0: A label must be one line"):
        from_lists(["a"], [label], language="en")
    path = tmp_path / "data.csv"
    path.write_text(f'text,label\nb,x\na,"{label}"\n', encoding="utf-8", newline="")
    with pytest.raises(DataError, match="line 3: A label must be one line"):
        read(path, language="en")


@pytest.mark.parametrize("twin", ["alarm ", " alarm", "alarm\u00a0", "\u200balarm"])
def test_labels_that_differ_by_blanks_are_no_two_classes(tmp_path, twin):
    with pytest.raises(ValueError, match=r"Labels must differ by more than blanks. Received: .* would be two classes"):
        from_lists(["a", "b"], ["alarm", twin], language="en")
    path = tmp_path / "data.tsv"
    path.write_text(f"text\tlabel\na\talarm\nb\tmusic\nc\t{twin}\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 4: Labels must differ by more than blanks"):
        read(path, language="en")
    assert from_lists(["a", "b"], [twin, twin], language="en").labels == (twin,)


def test_labels_that_differ_by_composition_are_no_two_classes():
    with pytest.raises(ValueError, match=r"\('cafe\\u0301' and 'caf\\xe9'\), which look the same"):
        from_lists(["a", "b"], ["caf\u00e9", "cafe\u0301"], language="fr")


def test_a_path_is_read(tmp_path, data):
    path = tmp_path / "data.csv"
    data.to_file(path)
    assert as_dataset(path).text == as_dataset(str(path)).text == data.text
    with pytest.raises(FileNotFoundError):
        as_dataset(tmp_path / "none.csv")


def test_a_tensorflow_dataset_is_read(data):
    import tensorflow as tf

    pairs = tf.data.Dataset.from_tensor_slices((TEXTS, LABELS))
    for given in (pairs, pairs.batch(2), pairs.map(lambda text, label: {"text": text, "label": label})):
        found = as_dataset(given)
        assert (found.text, found.label, found.languages) == (tuple(TEXTS), tuple(LABELS), ("und",))
    triples = tf.data.Dataset.from_tensor_slices((TEXTS, [0, 1, 1], ["en", "tr", "en"])).batch(3)
    assert as_dataset(triples, language_needed=True).language == data.language
    assert as_dataset(triples).label == ("0", "1", "1")


def test_tensorflow_datasets_that_are_refused():
    import tensorflow as tf

    pairs = tf.data.Dataset.from_tensor_slices((TEXTS, LABELS))
    vectors = tf.data.Dataset.from_tensor_slices((TEXTS, np.eye(3)))
    latin = tf.data.Dataset.from_tensor_slices(([b"caf\xe9"], ["x"]))
    for given, message in (
        (pairs.repeat(), "must end. Received: a tf.data.Dataset that repeats for ever"),
        (vectors, "row 0: A row has one label"),
        (latin, "row 0: A text must be UTF-8. Received: byte 0xe9 at 3"),
        (tf.data.Dataset.from_tensor_slices(TEXTS), r"must be \(text, label\)"),
    ):
        with pytest.raises(ValueError, match=message):
            as_dataset(given, name="train")
    with pytest.raises(ValueError, match="every text needs its language"):
        as_dataset(pairs, language_needed=True)


@pytest.mark.parametrize(
    ("given", "way_out"),
    [
        (TEXTS, "datasets.from_lists"),
        (tuple(zip(TEXTS, LABELS, strict=True)), "datasets.from_lists"),
        ({"text": TEXTS, "label": LABELS}, "datasets.Dataset"),
        ((row for row in zip(TEXTS, LABELS, strict=True)), "Gather its rows"),
        ("x" * 400_000, "does not end in one of .tsv"),
        (None, "datasets.from_lists"),
        (np.array(TEXTS), "datasets.from_lists"),
    ],
)
def test_what_is_refused_is_told_the_way_out(given, way_out):
    with pytest.raises(TypeError, match="`train` must be a Dataset, a DataFrame") as caught:
        as_dataset(given, name="train")
    assert way_out in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_table_of_another_library_is_told_to_convert():
    class Table:
        def to_pandas(self):
            raise AssertionError("not asked")

    with pytest.raises(TypeError, match=r"Give its `.to_pandas\(\)`"):
        as_dataset(Table())


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_a_file_without_languages_is_of_an_undetermined_one(tmp_path, ending):
    """As a DataFrame is: what takes a data set has no `language=` to tell it by."""
    frame = pandas.DataFrame({"text": ["Wake me", "Play a song"], "label": [1, 2]})
    path = tmp_path / f"data.{ending}"
    if ending == "parquet":
        frame.to_parquet(path)
    elif ending == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_csv(path, sep="\t" if ending == "tsv" else ",", index=False)
    assert as_dataset(path).languages == ("und",)
    assert as_dataset(path).label == ("1", "2")
    with pytest.raises(DataError, match="must have a column 'language'"):
        as_dataset(path, language_needed=True)


@pytest.mark.parametrize("labels", [[0, 1], np.array([0, 1]), pandas.Series([0, 1], dtype="category")])
def test_whole_numbers_are_labels(labels):
    assert from_lists(["a", "b"], labels, language="en").label == ("0", "1")


@pytest.mark.parametrize("labels", [[True, False], [0.0, 1.0], np.array([0.5, 1.5])])
def test_other_numbers_are_no_labels(labels):
    with pytest.raises(ValueError, match="`label`, row 0: A label must be text or a whole number"):
        from_lists(["a", "b"], labels, language="en")


def test_ways_out_fit_what_came():
    class Split:
        def to_pandas(self):
            return pandas.DataFrame()

    for given, told in (
        ([("Wake me", "alarm")], r"texts, labels = zip\(\*rows\)"),
        ({"train": Split()}, r"Give `.to_pandas\(\)` of one of its parts, such as 'train'"),
        ({"text": ["Wake me"]}, "datasets.Dataset"),
        (["Wake me"], "'und' where the language is not known"),
    ):
        with pytest.raises(TypeError, match=told):
            as_dataset(given)
    frame = pandas.DataFrame({"text": [5], "label": ["a"], "language": [None]})
    with pytest.raises(
        DataError, match=r"Received: 5. Write it as text[\s\S]*Write 'und' where the language is not known"
    ):
        from_pandas(frame)
