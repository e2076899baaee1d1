"""Every format gives the same data; what is wrong with a file is told once, with its line, and counted."""

import gzip
import lzma
import os
import pickle
import resource
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_i18n.datasets import DataError, from_lists, read

TEXTS = [
    "İstanbul'da hava nasıl?",
    "आज मौसम कैसा है?",
    "คืนนี้ฝนจะตกไหม",
    "مرحبا 👩‍👩‍👧",
    "",
    'He said "no", twice',
    "x" * 200_000,
]
LANGUAGES = ["tr", "hi", "th", "ar", "en", "en", "en"]
FORMATS = [".tsv", ".tsv.gz", ".tsv.xz", ".csv", ".csv.gz", ".csv.xz", ".jsonl", ".jsonl.gz", ".jsonl.xz", ".parquet"]


def error_of(path, **options):
    with pytest.raises(DataError) as caught:
        read(path, **options)
    assert str(path) in str(caught.value)
    return caught.value


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_written_is_read_again(tmp_path, suffix):
    data = from_lists(TEXTS, ["weather"] * 7, language=LANGUAGES, id=list("abcdefg"))
    path = tmp_path / f"data{suffix}"
    data.to_file(path)
    assert read(path) == data
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl.gz", ".parquet"])
def test_line_ends_and_tabs_in_texts(tmp_path, suffix):
    data = from_lists(["two\nlines", "a\tb", "c\r\nd", "e\r", "\u2028\u0085", " "], ["x"] * 6, language="en")
    data.to_file(tmp_path / f"data{suffix}")
    assert read(tmp_path / f"data{suffix}") == data


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5),
    st.sampled_from([".csv", ".jsonl"]),
)
def test_any_text_survives(tmp_path_factory, texts, suffix):
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    data = from_lists(texts, ["x"] * len(texts), language="en")
    data.to_file(path)
    assert read(path) == data


def test_a_tsv_refuses_what_it_cannot_hold(tmp_path):
    path = tmp_path / "data.tsv"
    path.write_text("old")
    with pytest.raises(ValueError, match=r"no value may hold a TAB.*'a\\tb'.*jsonl"):
        from_lists(["a\tb"], language="en").to_file(path)
    with pytest.raises(ValueError, match="lone surrogate"):
        from_lists(["\ud800"], language="en").to_file(path)
    with pytest.raises(ValueError, match="must end in one of"):
        from_lists(["a"], language="en").to_file(tmp_path / "data.xlsx")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["data.tsv"]


def test_other_names_and_one_language_for_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("\ufeffreview,stars,lang,nr\r\nNzuri,5,swa,1\r\nMbaya,1,sw,2\r\n".encode())
    data = read(path, text="review", label="stars", language="lang")
    assert data.columns == ("text", "label", "language", "nr")
    assert data.language == ("sw", "sw")
    assert data.label == ("5", "1")
    assert read(path, text="review", label=None, language="sw").columns == ("text", "language", "stars", "lang", "nr")


def test_a_column_that_is_also_a_tag(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("id\ttext\tlabel\n17\tSelamat pagi\tgreeting\n")
    assert read(path, language="id").language == ("id",)
    path.write_text("id\ttext\tlabel\nms\tSelamat pagi\tgreeting\n")
    assert read(path, language="id").language == ("ms",)


def test_labels_that_are_whole_numbers(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a", "label": 3}\n\n{"text": "b", "label": 0, "more": [1]}\n')
    data = read(path, language="en")
    assert data.label == ("3", "0")
    assert data["more"] == (None, [1])


def test_quotes_mean_nothing_in_a_tsv(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text('text\tlabel\tlanguage\n"open\tx\ten\nclosed"\tx\ten\n')
    assert read(path).text == ('"open', 'closed"')


@pytest.mark.parametrize(
    ("argument", "options", "guess"),
    [
        ("text", {"text": "texts"}, "Did you mean text='text'"),
        ("label", {"label": "Label"}, "label=None"),
        ("language", {"language": "lang"}, "Did you mean language='language'"),
        ("language", {"language": "sprache"}, "language='sw'"),
    ],
)
@pytest.mark.parametrize("suffix", [".tsv", ".csv.gz", ".jsonl", ".parquet"])
def test_a_missing_column(tmp_path, argument, options, guess, suffix):
    path = tmp_path / f"a{suffix}"
    from_lists(["a"], ["x"], language="en").to_file(path)
    error = error_of(path, **options)
    assert f"must have a column '{options[argument]}'" in str(error)
    assert "'text', 'label', 'language'" in str(error)
    assert guess in str(error)
    assert error.line == (None if suffix == ".parquet" else 1)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_parts_the_fields_of_a_csv_is_told_by_its_header(tmp_path, separator):
    path = tmp_path / "a.csv"
    rows = [["text", "label", "language"], ['"1,5; one\ttwo\nthree"', "x", "en"], ["b", "y", "sw"]]
    path.write_text("\n" + "\n".join(separator.join(row) for row in rows) + "\n")
    data = read(path)
    assert data.text == ("1,5; one\ttwo\nthree", "b")
    assert (data.label, data.language) == (("x", "y"), ("en", "sw"))


def test_the_separator_is_another_one(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text|label|language\na|x|en\n")
    assert "another character parts the fields" in str(error_of(path))
    path.write_text('"text;label"\na\n')  # a name in quotes is one name
    assert "Received: 'text;label'." in str(error_of(path))


def test_no_column_is_guessed_that_another_argument_names(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,label\na,x\n")
    assert "Did you mean" not in str(error_of(path))  # 'label' is like 'language'
    path.write_text("text,label,languages\na,x,en\n")
    assert "Did you mean language='languages'?" in str(error_of(path))


def test_the_first_problems_are_told_and_all_are_counted(tmp_path):
    path = tmp_path / "a.tsv"
    rows = [f"text {number}\t{'' if number % 2 else 'x'}\t{'english' if number == 2 else 'en'}" for number in range(40)]
    path.write_text("\n".join(["text\tlabel\tlanguage", *rows]) + "\n")
    error = error_of(path)
    assert (error.line, error.further) == (3, 20)
    assert [line for line, _ in error.next_problems] == [4, 5, 7, 9, 11, 13, 15, 17, 19]
    first, language, same = str(error).splitlines()
    assert first.endswith("(20 further problems in this file.)")
    assert language.startswith("  line 4: `language` must be a BCP-47 tag")
    assert same == "  lines 5, 7, 9, 11, 13, 15, 17, 19: the same."
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_ragged_lines_of_a_tsv(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\tlanguage\na\tx\ten\nb\tx\nc\tx\ten\td\n\ne\tx\ten\n\n")
    error = error_of(path)
    assert (error.line, error.further) == (3, 2)
    assert "must have 3 fields, as the header has (text, label, language). Received: 2, beginning with 'b'" in str(
        error
    )
    assert "(2 further problems in this file.)\n  line 4: Every line must have 3 fields" in str(error)


def test_lines_of_a_csv_are_counted_through_quoted_line_ends(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('text,label,language\r\n"one\r\ntwo\r\nthree",x,en\r\n\r\nb,x\r\n"c\nd",,en\r\n', newline="")
    error = error_of(path)
    assert (error.line, error.further) == (6, 1)
    path.write_text('text,label,language\n"one\ntwo",x,en\n"c\nd",,en\n')
    error = error_of(path)
    assert (error.line, error.further) == (4, 0)
    assert "Every row needs a label. Received: ''" in str(error)


@pytest.mark.parametrize("broken", ['"b,x,en\nc,x,en\n', '"b" b,x,en\n'])
def test_a_quote_that_is_wrong(tmp_path, broken):
    path = tmp_path / "a.csv"
    path.write_text("text,label,language\na,x,en\n" + broken)
    error = error_of(path)
    assert error.line == 3
    assert "must close its quotes" in str(error)


def test_the_first_problem_is_told_and_the_others_are_counted(tmp_path):
    path = tmp_path / "a.tsv"
    lines = ["text\tlabel\tlanguage", "a\tx\ten", "b\t\ten", "c\tx\tserbian latin", "d\tx", "e\t \tjp", "f\tx\ten"]
    path.write_text("\n".join(lines))
    error = error_of(path)
    assert (error.line, error.further) == (3, 4)
    path.write_text("\n".join(lines[:2] + lines[3:]))
    error = error_of(path)
    assert (error.line, error.further) == (3, 3)
    assert "Received: 'serbian latin'. Did you mean 'sr-Latn'?" in str(error)
    assert error.path == str(path)


def test_bad_lines_of_a_jsonl(tmp_path):
    path = tmp_path / "a.jsonl"
    good = '{"text": "a", "label": "x", "language": "en"}\n'
    for bad, told in [
        ("{", "must be one JSON object"),
        ("[1]", "must be a JSON object"),
        ("[" * 200_000, "must be one JSON object"),
        ('{"label": "x", "language": "en"}', "A text must be a string. Received: None"),
        ('{"text": 3, "label": "x", "language": "en"}', "A text must be a string. Received: 3"),
        ('{"text": "a", "language": "en"}', "Every row needs a label. Received: nothing"),
        ('{"text": "a", "label": 1.5, "language": "en"}', "A label must be text or a whole number. Received: 1.5"),
        ('{"text": "a", "label": "x", "language": ["en"]}', "must be a BCP-47 tag"),
        ('{"text": "a", "label": "x"}', "must be a BCP-47 tag"),
    ]:
        path.write_text(good + "\n" + bad + "\n" + good)
        error = error_of(path)
        assert (error.line, error.further) == (3, 0), bad
        assert told in str(error), bad


def test_parquet_tells_rows(tmp_path):
    import pyarrow
    import pyarrow.parquet

    path = tmp_path / "a.parquet"
    table = pyarrow.table({"text": ["a", None, "c"], "label": [1, 2, None], "language": ["en", "en", "en"]})
    pyarrow.parquet.write_table(table, path)
    error = error_of(path)
    assert (error.line, error.further) == (2, 1)
    assert "a.parquet, row 2: A text must be a string" in str(error)


@pytest.mark.parametrize("suffix", [".tsv", ".csv", ".jsonl", ".tsv.xz"])
def test_nothing_in_the_file(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(lzma.compress(b"") if suffix.endswith("xz") else b"")
    assert "needs at least one row. Received: an empty file" in str(error_of(path))
    if suffix in (".tsv", ".csv"):
        path.write_text(f"text{',' if suffix == '.csv' else chr(9)}label\n")
        assert "Received: only a header (text, label)" in str(error_of(path))


def test_a_name_that_tells_no_format(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(b"")
    assert "must end in one of .tsv, .csv, .jsonl, .parquet" in str(error_of(path))
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.tsv")
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.parquet")


def test_two_columns_of_one_name(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("text\tlabel\ttext\na\tx\tb\n")
    assert "Received twice: 'text'" in str(error_of(path))


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "a.tsv"
    lines = ["text\tlabel\tlanguage", "schön\tx\tde", "Tür\tx\tde", "gut\tx\tde", "Öl\tx\tde"]
    path.write_bytes("\n".join(lines).encode("cp1252"))
    error = error_of(path)
    assert (error.line, error.further) == (2, 2)
    assert "byte F6 at offset 23 of the file" in str(error)
    assert "cp1252" in str(error)
    assert read(path, encoding="cp1252").text == ("schön", "Tür", "gut", "Öl")
    path.write_bytes("\n".join(lines).encode("utf-16"))
    assert "Pass encoding='utf-16'" in str(error_of(path))
    assert read(path, encoding="utf-16").text[0] == "schön"
    for encoding in ("utf-7-of-9", "base64", None):
        with pytest.raises(ValueError, match=r"`encoding` must be .* Received"):
            read(path, encoding=encoding)


@pytest.mark.parametrize("suffix", [".tsv.gz", ".tsv.xz", ".parquet"])
def test_a_damaged_file(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    from_lists([f"text {row}" for row in range(1000)], ["x"] * 1000, language="en").to_file(path)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"no such format", whole[:50] + b"\xff\x00" * 20 + whole[90:]):
        path.write_bytes(damaged)
        assert "must be" in str(error_of(path)) or damaged == b""


@pytest.mark.parametrize(("suffix", "compress"), [(".gz", gzip.compress), (".xz", lzma.compress)])
def test_a_small_file_that_unpacks_to_much(tmp_path, suffix, compress):
    path = tmp_path / f"a.tsv{suffix}"
    path.write_bytes(compress(b"text\tlabel\n" + b"\0" * 20_000_000))
    assert path.stat().st_size < 50_000
    assert "at most 1,000,000 bytes once decompressed" in str(error_of(path, max_bytes=1_000_000))


def test_a_parquet_that_unpacks_to_much(tmp_path):
    path = tmp_path / "a.parquet"
    from_lists([str(row) * 100 for row in range(10_000)], language="en").to_file(path)
    assert "at most 1,000 bytes once decompressed" in str(error_of(path, label=None, max_bytes=1000))


@pytest.mark.parametrize("suffix", [".tsv", ".csv.gz", ".jsonl.xz", ".parquet"])
def test_a_full_disk_keeps_the_old_file(tmp_path, suffix):
    path = tmp_path / f"data{suffix}"
    path.write_text("old")
    program = f"""
        import random, resource, signal
        import pyarrow.parquet
        from keras_i18n.datasets import from_lists
        texts = ["".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=100)) for _ in range(5000)]
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, {resource.RLIM_INFINITY}))
        from_lists(texts, language="en").to_file({str(path)!r})
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "OSError" in done.stderr.splitlines()[-1]
    assert os.listdir(tmp_path) == [path.name]
    assert path.read_text() == "old"


def test_real_data(shared_data):
    data = read(shared_data / "sib200" / "dev.tsv.xz", language="lang")
    assert len(data) == 20_295
    assert len(data.languages) == 205
    assert len(data.labels) == 7
    assert data.columns == ("text", "label", "language", "flores", "id")


def test_reading_needs_neither_keras_nor_pyarrow():
    program = "import sys, keras_i18n.datasets, keras_i18n.evaluation; print(sorted({'tensorflow', 'keras', 'pyarrow', 'matplotlib', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "content",
    [
        "text\tlabel\rNzuri sana\tgood\rMbaya\tbad\r",
        "text\tlabel\r\nNzuri sana\tgood\r\nMbaya\tbad\r\n\r\n\r\n",
        "text\tlabel\nNzuri sana\tgood\nMbaya\tbad\n\n  \n\t\n \t \n",
        "\ufefftext\tlabel\nNzuri sana\tgood\nMbaya\tbad",
    ],
)
def test_line_ends_of_every_machine_and_blank_lines_at_the_end(tmp_path, content):
    path = tmp_path / "data.tsv"
    path.write_bytes(content.encode())
    data = read(path, language="sw")
    assert (data.text, data.label) == (("Nzuri sana", "Mbaya"), ("good", "bad"))


def test_json_lines_that_end_in_cr_alone(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_bytes(b'{"text": "a", "label": "x"}\r{"text": "b", "label": "y"}\r')
    assert read(path, language="sw").text == ("a", "b")


def test_separators_of_unicode_belong_to_the_text(tmp_path):
    path = tmp_path / "data.tsv"
    path.write_text("text\tlabel\na\u2028b\x85\x0c\tx\n", encoding="utf-8")
    assert read(path, language="en").text == ("a\u2028b\x85\x0c",)
