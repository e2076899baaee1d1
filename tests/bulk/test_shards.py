"""Files are cut between rows, and nothing is lost or read twice."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_i18n.bulk.line_shards import header_of, line_ranges, read_lines
from keras_i18n.bulk.parquet_shards import read_rows, row_ranges
from keras_i18n.bulk.shards import CUTTERS, input_files, shards_of, shared_columns
from keras_i18n.datasets import DataError, read
from keras_i18n.datasets.problems import Problems
from keras_i18n.datasets.reading import read_records
from keras_i18n.datasets.writing import write

TEXTS = ["Wake me", 'say "hello"\nand go', "ሰላም, ዓለም", "", "\u2028line", "مرحبا", "'=1+1", "👩‍👩‍👧", "a\rb", "ก ข"]


def joined(path, rows, *, text="text"):
    """All columns, from the pieces."""
    found = {name: [] for name in CUTTERS[path.suffix][0](path)}
    for shard in shards_of([path], rows=rows):
        if path.suffix == ".parquet":
            batches = read_rows(str(path), shard.place, text=text, columns=list(found), batch_size=2)
            pieces = [batch.to_pydict() for _, batch in batches]
        else:
            pieces = [read_lines(str(path), shard.place, text=text)]
        assert sum(len(piece[text]) for piece in pieces) == shard.rows
        for piece in pieces:
            for name, values in piece.items():
                found[name] += values
    return found


@pytest.mark.parametrize("suffix", CUTTERS)
@pytest.mark.parametrize("rows", [1, 3, 100])
def test_pieces_of_every_format_are_the_whole(tmp_path, suffix, rows):
    texts = [one for one in TEXTS if suffix != ".tsv" or not set(one) & {"\n", "\r"}]
    path = tmp_path / f"a{suffix}"
    write({"id": [f"n{row}" for row in range(len(texts))], "text": texts}, path)
    assert joined(path, rows) == {"id": [f"n{row}" for row in range(len(texts))], "text": texts}


cells = st.lists(st.text(st.sampled_from('a",\n é\t'), max_size=6), min_size=1, max_size=12)


@given(cells, st.integers(1, 5), st.booleans())
def test_any_csv_is_cut_where_its_reader_ends_a_row(tmp_path_factory, texts, rows, two_columns):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    columns = {"text": texts} | ({"other": texts[::-1]} if two_columns else {})
    write(columns, path)
    assert joined(path, rows) == {
        name: list(values)
        for name, values in read_records(path, Problems(path), encoding="utf-8", max_bytes=None).columns.items()
    }


def test_a_csv_of_semicolons_is_cut_as_it_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id;text\n1;"a;b\nc"\n2;1,5\n3;d\n')
    assert joined(path, 1) == {"id": ["1", "2", "3"], "text": ["a;b\nc", "1,5", "d"]}


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"text\na\n\nb\n\n\n", ["a", "", "b"]),  # blank lines are texts of an only column, but not at the end
        (b"text\r\na\r\nb", ["a", "b"]),
        (b"\xef\xbb\xbftext\na\n", ["a"]),
        (b"text\na\n  \n", ["a", "  "]),
        (b"text\tid\na\t1\nb\t2\n\t\n\n", ["a", "b"]),
    ],
)
@pytest.mark.parametrize("rows", [1, 2, 50])
def test_ends_and_blank_lines_of_a_tsv_are_as_the_reader_has_them(tmp_path, content, wanted, rows):
    path = tmp_path / "a.tsv"
    path.write_bytes(content)
    assert joined(path, rows)["text"] == wanted == list(read(path, label=None, language="en").text)


def test_values_of_a_jsonl_are_text_or_json(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = ['{"text": "a", "stars": 5, "tags": ["x", "é"]}', "", '{"stars": null, "text": "half \\ud83d"}']
    path.write_text("\n".join(lines), encoding="utf-8")
    assert joined(path, 1) == {"text": ["a", "half \ufffd"], "stars": ["5", None], "tags": ['["x", "é"]']}


def test_lines_are_told_as_they_stand_in_the_whole_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('text,id\n"two\nlines",1\nb,2\nc\nd,4\n', encoding="utf-8")
    places = list(line_ranges(path, 2))
    assert [(place.line, place.rows) for place in places] == [(2, 2), (5, 2)]
    with pytest.raises(DataError, match=r"a\.csv, line 5: .*2 fields") as raised:
        read_lines(str(path), places[1], text="text")
    assert raised.value.line == 5


def test_a_file_that_changed_is_refused(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("text\na\nb\n", encoding="utf-8")
    (place,) = line_ranges(path, 10)
    path.write_text("text\na\nc\n", encoding="utf-8")
    with pytest.raises(DataError, match="stay as it is"):
        read_lines(str(path), place, text="text")
    write({"text": ["a", "b"]}, tmp_path / "a.parquet")
    (rows,) = row_ranges(tmp_path / "a.parquet", 10)
    write({"text": ["a", "c"]}, tmp_path / "a.parquet")
    with pytest.raises(DataError, match="stay as it is"):
        list(read_rows(str(tmp_path / "a.parquet"), rows, text="text", columns=[], batch_size=5))


def test_row_groups_are_cut_and_counted(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")

    path = tmp_path / "a.parquet"
    table = pyarrow.table({"text": [str(row) for row in range(10)], "n": range(10)})
    parquet.write_table(table, path, row_group_size=4)
    places = list(row_ranges(path, 3))
    assert [(place.group, place.start, place.stop, place.first) for place in places] == [
        (0, 0, 3, 1), (0, 3, 4, 4), (1, 0, 3, 5), (1, 3, 4, 8), (2, 0, 2, 9),
    ]  # fmt: skip
    assert joined(path, 3) == {"text": [str(row) for row in range(10)], "n": list(range(10))}
    broken = pyarrow.table({"text": ["a", "b", "c", None]})
    parquet.write_table(broken, path, row_group_size=2)
    with pytest.raises(DataError, match="row 4: A text must be a string"):
        list(read_rows(str(path), list(row_ranges(path, 9))[1], text="text", columns=[], batch_size=1))


def test_what_cannot_be_cut_is_refused(tmp_path):
    (tmp_path / "a.tsv.gz").write_bytes(b"")
    with pytest.raises(DataError, match="unpack it"):
        input_files(tmp_path / "a.tsv.gz")
    (tmp_path / "a.txt").write_bytes(b"a")
    with pytest.raises(DataError, match="must end in one of"):
        input_files(tmp_path / "a.txt")
    with pytest.raises(FileNotFoundError):
        input_files([tmp_path / "b.tsv"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="at least one file"):
        input_files(tmp_path / "empty")
    (tmp_path / "cr.tsv").write_bytes(b"text\ra\rb\r")
    with pytest.raises(DataError, match="CR alone"):
        header_of(tmp_path / "cr.tsv")
    (tmp_path / "header.tsv").write_bytes(b"text\n")
    with pytest.raises(DataError, match="at least one row"):
        list(shards_of([tmp_path / "header.tsv"], rows=5))
    with pytest.raises(ValueError, match="each file once"):
        input_files([tmp_path / "cr.tsv", tmp_path / "cr.tsv"])


def test_files_of_a_run_have_the_same_columns(tmp_path):
    for name, header in (("a.tsv", "text\tid"), ("b.tsv", "text\tid"), ("c.tsv", "id\ttext")):
        (tmp_path / name).write_text(f"{header}\nx\ty\n", encoding="utf-8")
    files = input_files(tmp_path)
    assert [path.name for path in files] == ["a.tsv", "b.tsv", "c.tsv"]
    assert shared_columns(files[:2]) == ("text", "id")
    with pytest.raises(DataError, match=r"c\.tsv.*same columns"):
        shared_columns(files)


def test_an_open_quote_does_not_swallow_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_i18n.bulk.line_shards._LONGEST", 1000)
    path = tmp_path / "a.csv"
    path.write_text('text\n"open\n' + "a\n" * 2000, encoding="utf-8")
    with pytest.raises(DataError, match="quote left open"):
        list(line_ranges(path, 10))


def test_keys_of_a_jsonl_are_those_of_its_first_rows(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(
        "".join(json.dumps({"text": "a", f"k{row // 600}": 1}) + "\n" for row in range(2000)), encoding="utf-8"
    )
    assert header_of(path) == ["text", "k0", "k1"]
