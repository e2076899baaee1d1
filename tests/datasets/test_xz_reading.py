"""`.xz` files: as the standard library reads them, in a memory that is bounded."""

import lzma
import struct
import zlib

import pytest

from keras_i18n.datasets import read
from keras_i18n.datasets.problems import DataError
from keras_i18n.datasets.xz_reading import MOST_MEMORY, open_xz

TEXT = "İstanbul\tसोमवार\tありがとう\n".encode() * 20_000


@pytest.mark.parametrize(
    "packed",
    [
        lzma.compress(TEXT),
        lzma.compress(TEXT, preset=9 | lzma.PRESET_EXTREME),
        lzma.compress(TEXT, format=lzma.FORMAT_ALONE),
        lzma.compress(TEXT[:500_000]) + lzma.compress(TEXT[500_000:]),
        lzma.compress(TEXT[:500_000]) + b"\0" * 8 + lzma.compress(TEXT[500_000:]) + b"\0" * 4,
    ],
    ids=["xz", "most", "alone", "two streams", "filled up"],
)
def test_it_reads_what_the_library_reads(tmp_path, packed):
    file = tmp_path / "a.xz"
    file.write_bytes(packed)
    with open_xz(file) as opened:
        assert opened.read() == TEXT
    with open_xz(file) as opened:
        assert opened.read(5) + opened.read() == TEXT


@pytest.mark.parametrize("packed", [lzma.compress(TEXT)[:-30], lzma.compress(TEXT)[:20], b""])
def test_a_file_that_is_cut_off(tmp_path, packed):
    file = tmp_path / "a.xz"
    file.write_bytes(packed)
    with open_xz(file) as opened, pytest.raises(EOFError):
        opened.read()


def greedy():
    """An .xz whose header asks for a dictionary of 1.5 GiB."""
    packed = bytearray(lzma.compress(b"text\tlabel\nwake me up\talarm\n"))
    size = 4 * (packed[12] + 1)  # of the block's header, which follows the 12 bytes of the stream's
    header = packed[12 : 12 + size]
    place = header.index(bytes([0x21, 0x01])) + 2  # LZMA2, one byte of properties: the dictionary's size
    header[place] = 37  # 3 << 29 bytes
    header[-4:] = struct.pack("<I", zlib.crc32(header[:-4]))
    packed[12 : 12 + size] = header
    return bytes(packed)


def test_a_header_that_asks_for_much_memory_is_refused(tmp_path):
    file = tmp_path / "a.tsv.xz"
    file.write_bytes(greedy())
    assert lzma.decompress(greedy()) == b"text\tlabel\nwake me up\talarm\n"  # the library alone would
    assert MOST_MEMORY == 256 << 20
    with pytest.raises(DataError, match="unpack in 256 MiB of memory"):
        read(file, language="en")
