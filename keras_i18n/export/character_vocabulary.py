"""A SentencePiece vocabulary of single characters: what MediaPipe's tokenizer gives then are code points in disguise."""

import functools
import struct
import sys
import unicodedata

import numpy as np

from keras_i18n.shown import shown

UNKNOWN = 0  # id of what has no piece
_REPLACEMENT = 0xFFFD
_NO_PIECE = ("Cn", "Cs", "Co")  # unassigned, surrogates, private
_PICTURES = range(0x1F000, 0x1FB00)  # each Unicode version assigns some more
_NORMAL, _OF_UNKNOWN = 1, 2  # types of pieces
_MOST_BYTES = 1 << 23


@functools.cache
def characters() -> str:
    """The character of each piece, in the order of token ids; that of the unknown piece is U+FFFD.

    >>> characters()[UNKNOWN] == "\\ufffd", "ሀ" in characters()
    (True, True)
    """
    codepoints = (chr(number) for number in range(1, sys.maxunicode + 1) if number != _REPLACEMENT)
    return chr(_REPLACEMENT) + "".join(
        one for one in codepoints if unicodedata.category(one) not in _NO_PIECE or ord(one) in _PICTURES
    )


@functools.cache
def vocabulary() -> bytes:
    """A `.model` file for SentencePiece with a piece for each character and a normaliser that changes nothing.

    Field numbers: `sentencepiece_model.proto` of google/sentencepiece.
    """
    pieces = [_piece("<unk>", _OF_UNKNOWN)]
    pieces += [_piece(one, _NORMAL) for one in characters()[1:]]
    none = b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"  # -1: no such piece
    trainer = b"\x18\x01" + b"\xc0\x02\x00" + b"\xc8\x02" + none + b"\xd0\x02" + none + b"\xd8\x02" + none
    normalizer = _field(1, b"identity") + b"\x18\x00\x20\x00\x28\x00"  # no space added, none removed, none as a sign
    return b"".join(pieces) + _field(2, trainer) + _field(3, normalizer)


def characters_of(content: bytes) -> str:
    """What `characters` was when `vocabulary` wrote this, which another Unicode version may have done.

    Raises:
        ValueError: these bytes are no such vocabulary.
    """
    found, place = [], 0
    while content[place : place + 1] == b"\x0a" and len(content) < _MOST_BYTES:
        length = content[place + 1]  # of a piece of one character, below 128
        text = content[place + 4 : place + 4 + content[place + 3]].decode("utf-8")
        found.append(text if len(text) == 1 else chr(_REPLACEMENT))
        place += 2 + length
    if len(found) < 2 or found[0] != chr(_REPLACEMENT):
        raise ValueError(f"A vocabulary of characters must be what `export` wrote. Received: {shown(content[:20])}.")
    return "".join(found)


def as_read(text: str) -> str:
    """What MediaPipe hands over of a text: capitals of ASCII made small, characters without a piece as U+FFFD, several in a
    row as one.

    >>> as_read("To \U0010ffff\U0010ffff be")
    'to � be'
    """
    ids = _ids()
    return "".join(characters()[token] for token in token_ids(text, ids))


@functools.cache
def _ids():
    return {one: token for token, one in enumerate(characters()) if token != UNKNOWN}


def token_ids(text: str, ids: dict[str, int]) -> list[int]:
    """What MediaPipe makes of a text: capitals of ASCII made small, characters without a piece one after the other as one.

    Args:
        text: at most as long as the file reads.
        ids: character -> token id.
    """
    found: list[int] = []
    for one in text:
        token = ids.get(one.lower() if one.isascii() else one, UNKNOWN)
        if token != UNKNOWN or found[-1:] != [UNKNOWN]:
            found.append(token)
    return found


def codepoint_table() -> np.ndarray:
    """Code point of each token id, int32."""
    return np.array([ord(one) for one in characters()], "int32")


def _piece(text, kind):
    return _field(1, _field(1, text.encode()) + b"\x15" + struct.pack("<f", 0.0) + bytes([0x18, kind]))


def _field(number, content):
    size = bytes([len(content)]) if len(content) < 128 else bytes([len(content) & 127 | 128, len(content) >> 7])
    return bytes([number << 3 | 2]) + size + content
