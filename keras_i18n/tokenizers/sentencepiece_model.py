"""Reads a SentencePiece `.model` file: a protobuf that is trusted with nothing.

The wire format is read here, in place of the generated protobuf classes, so that every size is checked against
the bytes that are there, and so that the C++ library only ever sees a file that has been found well formed.
Field numbers: `sentencepiece_model.proto` of google/sentencepiece.
"""

import dataclasses
import enum
import struct
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from keras_i18n.shown import cut, shown

MAX_MODEL_BYTES = 256 * 2**20
MAX_PIECES = 2**22
MAX_PIECE_BYTES = 4096
MAX_SCORE = 1e6
SPACE_SYMBOL = "\u2581"
MODEL_KINDS = {1: "unigram", 2: "BPE", 3: "word", 4: "character"}


class PieceType(enum.IntEnum):
    """What a piece of the vocabulary is.

    >>> PieceType(6).name
    'BYTE'
    """

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


_PIECE_TYPES = frozenset(map(int, PieceType))


@dataclasses.dataclass(frozen=True)
class SentencePieceModel:
    """What a `.model` file says.

    `pieces`, `scores` and `types` go by token id; `charsmap` is the precompiled normaliser, still packed.
    """

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    types: tuple[PieceType, ...]
    unknown_id: int
    charsmap: bytes = b""
    normalizer_name: str = ""
    add_dummy_prefix: bool = True
    remove_extra_whitespaces: bool = True
    escape_whitespaces: bool = True
    whitespace_as_suffix: bool = False
    byte_fallback: bool = False
    begin_piece: str = "<s>"
    end_piece: str = "</s>"

    @property
    def min_score(self) -> float:
        """Lowest score of a normal piece."""
        is_normal = np.array(self.types, np.int8) == PieceType.NORMAL
        return float(np.array(self.scores)[is_normal].min()) if is_normal.any() else 0.0


class _Reader:
    """Walks the fields of one protobuf message."""

    def __init__(self, data, what):
        self.data, self.what, self.position = memoryview(data), what, 0

    def fail(self, reason):
        raise ValueError(
            f"A SentencePiece model file must be a well-formed protobuf. Received: {cut(self.what)} damaged at byte "
            f"{cut(self.position)}: {reason}. Copy the file again, or train it again."
        )

    def varint(self):
        value = 0
        for shift in range(0, 70, 7):
            if self.position >= len(self.data):
                self.fail("it ends in the middle of a number")
            byte = self.data[self.position]
            self.position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        self.fail("a number is longer than ten bytes")

    def take(self, count):
        if count > len(self.data) - self.position:
            self.fail(f"{count} bytes are announced and {len(self.data) - self.position} are left")
        self.position += count
        return self.data[self.position - count : self.position]

    def fields(self):
        """Yields (field number, wire type, value)."""
        while self.position < len(self.data):
            tag = self.varint()
            field, wire = tag >> 3, tag & 7
            if field == 0:
                self.fail("field number 0")
            if wire == 0:
                yield field, wire, self.varint()
            elif wire == 1:
                yield field, wire, self.take(8)
            elif wire == 2:
                yield field, wire, self.take(self.varint())
            elif wire == 5:
                yield field, wire, self.take(4)
            else:
                self.fail(f"wire type {wire}")


# fields of messages by wire type; what comes more than once is given beside it
_NUMBER, _BYTES, _FLOAT = 0, 2, 5
_PIECE = {1: _BYTES, 2: _FLOAT, 3: _NUMBER}
_NORMALIZER = {1: _BYTES, 2: _BYTES, 3: _NUMBER, 4: _NUMBER, 5: _NUMBER, 6: _BYTES}
_TRAINER = {
    **dict.fromkeys((3, 4, 6, *range(11, 15), *range(16, 27), *range(32, 36), *range(40, 44), 49, 50, 52), _NUMBER),
    **dict.fromkeys((1, 2, 5, 7, 30, 31, 36, 44, 45, 46, 47, 48, 53, 54), _BYTES),
    **dict.fromkeys((10, 15, 51), _FLOAT),
}
_REPEATED = {1, 5, 30, 31}  # of the trainer's part
_FIRST_EXTENSION = 200


def _message(data, what, wires, repeated=()):
    """Fields of a message (number -> value), each known to `wires` (number -> wire type) and there once."""
    reader, found = _Reader(data, what), {}
    for field, wire, value in reader.fields():
        if field >= _FIRST_EXTENSION:
            continue
        if field not in wires:
            reader.fail(f"unknown field {field}")
        if wire != wires[field]:
            reader.fail(f"field {field} has wire type {wire} in place of {wires[field]}")
        if field in found and field not in repeated:
            reader.fail(f"field {field} comes twice")
        found[field] = value
    return found


def _text(value, what):
    try:
        return bytes(value).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{what} must be UTF-8. Received: {shown(bytes(value))}.") from error


def _usual_pieces(data, position):
    """Pieces in the layout that the library writes, one after the other: most of most files, read fast.

    Returns:
        (columns, position): the pieces, their scores and types, and where the first field of another layout begins;
        (None, position) where something is wrong with one of them, which the careful reader will name.
    """
    texts, scores, kinds, start, size = [], [], [], position, len(data)
    while position + 2 < size and data[position] == 0x0A:
        text_end = position + 4 + data[position + 3] if position + 4 < size else size
        end = position + 2 + data[position + 1]
        rest = end - text_end
        if end > size or data[position + 1] >= 0x80 or data[position + 2] != 0x0A or rest not in (5, 7):
            break
        if text_end == position + 4 or data[text_end] != 0x15:
            break
        kind = 1
        if rest == 7:
            kind = data[text_end + 6]
            if data[text_end + 5] != 0x18 or not 1 <= kind <= 6:
                break
        texts.append(data[position + 4 : text_end])
        scores.append(data[text_end + 1 : text_end + 5])
        kinds.append(kind)
        position = end
    if not texts:
        return ([], [], []), position
    try:
        texts = b"\0".join(texts).decode("utf-8").split("\0")
    except UnicodeDecodeError:
        return None, start
    scores = np.frombuffer(b"".join(scores), "<f4")
    if len(texts) != len(scores) or not (np.abs(scores) <= MAX_SCORE).all() or len(texts) > MAX_PIECES:
        return None, start
    types = [None, *PieceType]
    # a row for each piece would be a tuple each, which the garbage collector looks at again and again
    return (texts, scores.tolist(), [types[kind] for kind in kinds]), position


def _piece(data, index):
    what = f"piece {index}"
    found = _message(data, what, _PIECE)
    text = found.get(1, b"")
    if not 0 < len(text) <= MAX_PIECE_BYTES:
        raise ValueError(f"A piece must have 1 to {MAX_PIECE_BYTES} bytes. Received: {cut(what)} of {len(text)} bytes.")
    score = struct.unpack("<f", found[2])[0] if 2 in found else 0.0
    if not abs(score) <= MAX_SCORE:
        raise ValueError(
            f"A piece's score must be a number of at most {MAX_SCORE:g}. Received: {cut(score)} for {cut(what)}."
        )
    kind = found.get(3, 1)
    if kind not in _PIECE_TYPES:
        raise ValueError(f"A piece's type must be 1 to 6. Received: {cut(what)} with type {cut(kind)}.")
    text = _text(text, f"A piece's text ({what})")
    if "\0" in text:
        raise ValueError(f"A piece must not hold the code point 0. Received: {cut(what)}: {shown(text)}.")
    return text, score, PieceType(kind)


def with_pieces(data: bytes, pieces: Sequence[str], scores: Iterable[float]) -> bytes:
    """The bytes of a model file with more normal pieces behind those that it has.

    A repeated field of a protobuf may go on at the end of the message, so that not a byte of the file changes.
    """
    out = [bytes(data)]
    for text, score in zip(pieces, scores, strict=True):
        text = text.encode("utf-8")
        out.append(length_delimited(1, length_delimited(1, text) + b"\x15" + struct.pack("<f", score)))
    return b"".join(out)


def length_delimited(field: int, content: bytes) -> bytes:
    """A field of a protobuf whose value is bytes, a text or a message.

    >>> length_delimited(1, b"to")
    b'\\n\\x02to'
    """
    return _varint_bytes(field << 3 | _BYTES) + _varint_bytes(len(content)) + content


def whole_number(field: int, value: int) -> bytes:
    """A field of a protobuf whose value is a whole number of at least 0, or a flag.

    >>> whole_number(3, 1)
    b'\\x18\\x01'
    """
    return _varint_bytes(field << 3) + _varint_bytes(value)


def without_pieces(data: bytes, unused: Any) -> bytes:
    """The bytes of a model file that `parse` has read, some of whose pieces are of the type that no text is cut into.

    Args:
        data: bytes of the file.
        unused: bool by token id.
    """
    out, token = [], 0
    for field, value in raw_fields(data):
        if field == 1:
            if unused[token]:  # of a number that comes twice the last one counts
                value += bytes([0x18, PieceType.UNUSED])
            token += 1
        out.append(length_delimited(field, value))
    return b"".join(out)


def _varint_bytes(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def raw_fields(data: bytes) -> list[tuple[int, bytes]]:
    """(number, bytes) of the fields at the top of a model file that `parse` has read: all of them are messages."""
    return [(field, bytes(value)) for field, wire, value in _Reader(data, "the model").fields() if wire == 2]


def parse(data: bytes, *, kind: str = "unigram") -> SentencePieceModel:
    """Reads the bytes of a SentencePiece `.model` file.

    Args:
        data: bytes of the file.
        kind: "unigram", "BPE", "word" or "character": what it must be.

    Returns:
        A `SentencePieceModel`.

    Raises:
        ValueError: for a file that is damaged, too big, of another kind, or whose
            vocabulary contradicts itself.
    """
    data = bytes(data)
    if not 0 < len(data) <= MAX_MODEL_BYTES:
        raise ValueError(f"A SentencePiece model must have 1 to {MAX_MODEL_BYTES} bytes. Received: {len(data)} bytes.")
    trainer: dict[int, Any] = {}
    normalizer: dict[int, Any] = {}
    reader = _Reader(data, "the model")
    some, reader.position = _usual_pieces(data, 0)
    columns: tuple[list[Any], ...] = some or ([], [], [])
    for field, wire, value in reader.fields():
        if 5 < field < _FIRST_EXTENSION:
            reader.fail(f"unknown field {field}")
        if field <= 5 and wire != _BYTES:
            reader.fail(f"field {field} has wire type {wire} in place of {_BYTES}")
        if (field == 2 and trainer) or (field == 3 and normalizer):
            reader.fail(f"field {field} comes twice")
        if field == 1:
            if len(columns[0]) >= MAX_PIECES:
                raise ValueError(f"A vocabulary must have at most {MAX_PIECES} pieces. Received: more than that.")
            for column, given in zip(columns, _piece(value, len(columns[0])), strict=True):
                column.append(given)
            if some is not None:
                some, reader.position = _usual_pieces(data, reader.position)
                for column, more in zip(columns, some or ([], [], []), strict=True):
                    column += more
        elif field == 2:
            trainer.update(_message(value, "the trainer's part", _TRAINER, _REPEATED))
        elif field == 3:
            normalizer.update(_message(value, "the normaliser's part", _NORMALIZER))
    found = MODEL_KINDS.get(trainer.get(3, 1), f"number {trainer.get(3)}")
    if found != kind:
        reader_of = {"unigram": "`UnigramTokenizer`", "BPE": "`SentencePieceBPETokenizer`"}.get(found)
        way_out = f"{reader_of} reads it." if reader_of else "Train with model_type='unigram'."
        raise ValueError(
            f"A SentencePiece model must be of kind {kind} here. Received: a model of kind {cut(found)}. {way_out}"
        )
    texts, scores, types, unknown_id = _checked_vocabulary(*columns)
    return SentencePieceModel(
        texts,
        scores,
        types,
        unknown_id,
        charsmap=bytes(normalizer.get(2, b"")),
        normalizer_name=_text(normalizer.get(1, b""), "The normaliser's name"),
        add_dummy_prefix=bool(normalizer.get(3, 1)),
        remove_extra_whitespaces=bool(normalizer.get(4, 1)),
        escape_whitespaces=bool(normalizer.get(5, 1)),
        whitespace_as_suffix=bool(trainer.get(24, 0)),
        byte_fallback=bool(trainer.get(35, 0)),
        begin_piece=_text(trainer.get(46, b"<s>"), "The begin piece"),
        end_piece=_text(trainer.get(47, b"</s>"), "The end piece"),
    )


def _checked_vocabulary(pieces, scores, types):
    """(pieces, scores, types, unknown id), the first three as tuples; pieces must be distinct, one of them unknown."""
    if not pieces:
        raise ValueError("A SentencePiece model must have pieces. Received: a file without any; is it a .model file?")
    pieces, scores, types = tuple(pieces), tuple(scores), tuple(types)
    if len(set(pieces)) != len(pieces):
        seen = set()
        twice = next(p for p in pieces if p in seen or seen.add(p))
        raise ValueError(f"Pieces must be distinct. Received: {shown(twice)} twice.")
    unknown = [i for i, t in enumerate(types) if t is PieceType.UNKNOWN]
    if len(unknown) != 1:
        raise ValueError(f"A vocabulary must have one unknown piece. Received: {len(unknown)}.")
    return pieces, scores, types, unknown[0]
