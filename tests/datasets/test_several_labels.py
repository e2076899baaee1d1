"""Rows with several labels, one or none: made, read, split, counted, written."""

import numpy as np
import pandas
import pytest

from keras_i18n.datasets import DataError, Dataset, concatenate, from_lists, from_pandas, read, to_pandas

LABELS = [["music", "alarm"], [], ("music",)]
DATA = from_lists(["a", "b", "c"], LABELS, language=["en", "en", "sw"])


@pytest.mark.parametrize("kind", [list, tuple, set, np.array])
def test_every_row_has_a_list(kind):
    data = from_lists(["a", "b", "c"], [kind(labels) for labels in LABELS], language=["en", "en", "sw"])
    assert data == DATA
    assert data.label == (("alarm", "music"), (), ("music",))
    assert data.labels == ("alarm", "music")
    assert data.multi_label
    assert not from_lists(["a"], ["x"], language="en").multi_label
    assert not from_lists(["a"], language="en").multi_label


def test_whole_numbers_and_rows_without_any_label():
    assert from_lists(["a"], [[3, 1, 3]], language="en").label == (("1", "3"),)
    nothing = from_lists(["a", "b"], [[], []], language="en")
    assert nothing.labels == ()
    assert nothing.multi_label


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ([["x", ""]], "row 0: Every row needs a label"),
        ([["x"], [None]], "row 1: Every row needs a label"),
        ([["x\ny"]], "row 0: A label must be one line"),
        ([["x", "x "]], "Labels must differ by more than blanks"),
        ([["x"], [["y"]]], "row 1: A row has one label"),
    ],
)
def test_wrong_labels_are_told(labels, told):
    with pytest.raises(ValueError, match=told):
        from_lists(["a", "b"][: len(labels)], labels, language="en")


def test_selected_joined_counted():
    assert DATA.select(labels="music").text == ("a", "c")
    assert DATA.select(labels=["alarm"]).text == ("a",)
    assert len(concatenate(DATA, DATA)) == 6
    assert DATA[1:] == DATA[[1, 2]]
    summary = DATA.summary()
    assert summary.rows.tolist() == [2, 1]
    assert summary.counts.tolist() == [[1, 1], [0, 1]]
    assert str(summary).splitlines()[-1].split() == ["all", "3", "1", "2"]


def test_a_split_goes_by_the_rarest_label():
    labels = [["common", "rare"], ["common"]] * 10 + [["common", "other", str(n)] for n in range(3)]
    data = from_lists([str(n) for n in range(23)], labels, language="en")
    train, test = data.split(0.2)
    assert sum("rare" in row for row in test.label) == 2
    assert {"0", "1", "2"} <= set(train.labels)  # one row each


@pytest.mark.parametrize("ending", [".tsv", ".csv", ".tsv.gz", ".jsonl", ".parquet"])
def test_written_and_read(tmp_path, ending):
    path = tmp_path / f"data{ending}"
    flat = "tsv" in ending or "csv" in ending
    if flat:
        with pytest.raises(ValueError, match=r"label_separator='|'"):
            DATA.to_file(path)
        with pytest.raises(ValueError, match="No label may hold"):
            DATA.to_file(path, label_separator="m")
        assert not path.exists()
    DATA.to_file(path, label_separator="|" if flat else None)
    assert read(path, label_separator="|" if flat else None) == DATA


def test_read_with_a_separator(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("text,label\na,music | alarm\nb,\nc,1\n")
    assert read(path, language="en", label_separator="|").label == (("alarm", "music"), (), ("1",))
    path.write_text("text,label\na,x||y\nb,x|z\nc,z |x\n")
    with pytest.raises(DataError, match="line 2: Every row needs a label"):
        read(path, language="en", label_separator="|")
    with pytest.raises(ValueError, match="`label_separator` must be a sign"):
        read(path, language="en", label_separator=" ")
    path = tmp_path / "data.jsonl"
    path.write_text('{"text": "a", "label": "x|y"}\n{"text": "b", "label": null}\n')
    with pytest.raises(DataError, match="line 2: Every row needs a label"):
        read(path, language="en", label_separator="|")


def test_pandas():
    assert from_pandas(to_pandas(DATA)) == DATA
    frame = pandas.DataFrame({"text": ["a", "b"], "label": ["x|y", ""]})
    assert from_pandas(frame, language="en", label_separator="|").label == (("x", "y"), ())
    frame = pandas.DataFrame({"text": ["a", "b"], "label": ["x|y", None]})
    with pytest.raises(DataError, match="row 1: Every row needs a label"):
        from_pandas(frame, language="en", label_separator="|")


def test_the_columns_make_the_same_data_set():
    assert Dataset({"text": DATA.text, "label": DATA.label, "language": DATA.language}) == DATA
