"""Small files that would fill the memory, and files without an end: told at once, in little memory."""

import gzip
import json
import os
import subprocess
import sys
import textwrap

import pyarrow
import pyarrow.parquet
import pytest

from keras_i18n.datasets import DataError, read, read_parallel, size_limits


def refused(path, **options):
    with pytest.raises(DataError) as caught:
        read(path, **{"language": "en", "label": None} | options)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 700
    return str(caught.value)


@pytest.fixture
def small_limits(monkeypatch):
    monkeypatch.setattr(size_limits, "ALWAYS", 100_000)


@pytest.mark.parametrize("suffix", [".tsv", ".csv", ".jsonl", ".parquet", ".tsv.gz"])
def test_a_pipe_and_a_device_are_no_files(tmp_path, suffix):
    pipe, zeros = tmp_path / f"pipe{suffix}", tmp_path / f"zeros{suffix}"
    os.mkfifo(pipe)
    zeros.symlink_to("/dev/zero")
    for path in (pipe, zeros):
        assert "Received: a pipe, a device or a socket" in refused(path)
        with pytest.raises(DataError, match="a pipe, a device or a socket"):
            read_parallel((path, path), source="en", target="sw")
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(IsADirectoryError, match="must be a file, not a folder"):
        read(tmp_path / f"folder{suffix}")


@pytest.mark.parametrize("opener", [gzip.open])
def test_a_bound_scales_with_the_file(tmp_path, small_limits, opener):
    path = tmp_path / "bomb.tsv.gz"
    with opener(path, "wt") as file:
        file.write("text\n" + "a\n" * 400_000)
    assert path.stat().st_size < 2_000
    limit = max(100_000, 100 * path.stat().st_size)
    assert f"at most {limit:,} bytes once decompressed" in refused(path)
    assert len(read(path, language="en", label=None, max_bytes=1_000_000)) == 400_000


def test_the_size_of_a_plain_file_is_known_before_it_is_read(tmp_path):
    path = tmp_path / "sparse.tsv"
    with open(path, "wb") as file:
        file.write(b"text\n")
        file.truncate(50 * 2**30)
    assert f"Received: {50 * 2**30:,}" in refused(path)


def test_keys_of_their_own_in_every_row(tmp_path):
    path = tmp_path / "keys.jsonl"
    path.write_text("".join(json.dumps({"text": "a", f"key{row}": 1}) + "\n" for row in range(3_000)))
    assert "Rows must have the same keys. Received: " in refused(path)
    path.write_text(
        "".join(json.dumps({"text": "a", **({"note": "b"} if row % 500 == 0 else {})}) + "\n" for row in range(3_000))
    )
    assert read(path, language="en", label=None)["note"].count(None) == 2_994


@pytest.mark.parametrize("suffix", [".tsv", ".csv", ".jsonl"])
def test_a_hundred_thousand_columns(tmp_path, suffix):
    path = tmp_path / f"wide{suffix}"
    names = [f"c{number}" for number in range(100_000)]
    if suffix == ".jsonl":
        path.write_text(json.dumps(dict.fromkeys(names, 1)))
    else:
        separator = "\t" if suffix == ".tsv" else ","
        path.write_text(separator.join(names) + "\n" + separator.join(names))
    assert "100,000" in refused(path)


def test_a_dictionary_of_a_parquet_file_is_counted_in_every_row(tmp_path, small_limits):
    path = tmp_path / "dictionary.parquet"
    column = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 50_000, pyarrow.int32()), ["x" * 1_000])
    pyarrow.parquet.write_table(pyarrow.table({"text": column}), path)
    assert path.stat().st_size < 10_000
    assert "bytes once decompressed. Received: " in refused(path)
    data = read(path, language="en", label=None, max_bytes=10**8)
    assert len(data) == 50_000
    assert data.text[0] is not None


def test_a_parquet_file_of_nothing_is_counted_by_its_rows(tmp_path, small_limits):
    path = tmp_path / "nothing.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": pyarrow.nulls(1_000_000)}), path)
    assert "Received: 8,000,000" in refused(path)


def test_a_reader_streams(tmp_path):
    """A compressed file of 200 MB with equal short rows is read within 700 MB, TensorFlow not loaded."""
    path = tmp_path / "long.tsv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"text\tlabel\n")
        for _ in range(100):
            file.write(b"wake me up at six please, and play that song once more\talarm\n" * 34_000)
    program = """
        import resource, sys
        resource.setrlimit(resource.RLIMIT_AS, (1_400_000_000, 1_400_000_000))
        from keras_i18n import datasets
        records = datasets.read(sys.argv[1], language="en", max_bytes=10**9)
        with open("/proc/self/status") as status:  # ru_maxrss would count the process that began this one
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        print(len(records), peak < 700_000)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), path], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["3400000", "True"], done.stderr[-2000:]
