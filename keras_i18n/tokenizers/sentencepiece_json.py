"""Turns a `tokenizer.json` that was made of a SentencePiece model back into one: unigram, and BPE with byte fallback."""

import base64
import binascii
import struct
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from keras_i18n.shown import cut
from keras_i18n.tokenizers.byte_pair import pieces_by_id
from keras_i18n.tokenizers.json_parts import as_dict, refuse, steps_of
from keras_i18n.tokenizers.sentencepiece_bpe import SentencePieceBPETokenizer
from keras_i18n.tokenizers.sentencepiece_model import SPACE_SYMBOL, PieceType, length_delimited, whole_number
from keras_i18n.tokenizers.unigram import UnigramTokenizer

_KINDS = {"unigram": 1, "BPE": 2}
_BYTES = frozenset(f"<0x{byte:02X}>" for byte in range(256))


def unigram(
    found: Any, model: Any, vocabulary: Mapping[str, int], special: Collection[str], options: Any
) -> UnigramTokenizer:
    """The `UnigramTokenizer` of a file's parts.

    Args:
        found: the whole file, a dict.
        model: its model.
        vocabulary: piece -> token id, added tokens among them.
        special: added tokens: no text gives them.
        options: begin, end and max_tokens.

    Raises:
        ValueError: names the part that is something else.
    """
    rows = model.get("vocab")
    scores = {piece: score for piece, score in rows}
    unknown = model.get("unk_id")
    if type(unknown) is not int or not 0 <= unknown < len(rows):
        refuse("model", "must have an unknown token, `unk_id`", unknown)
    charsmap, collapses = _charsmap(found.get("normalizer"))
    splits, prefix = _metaspace(found.get("pre_tokenizer"))
    if prefix and not (collapses or splits):
        refuse("normalizer", "must make one space of several, as pieces begin with one", found.get("normalizer"))
    data = _model(
        vocabulary,
        lambda piece: scores.get(piece, 0.0),
        _types(vocabulary, rows[unknown][0], special, bool(model.get("byte_fallback"))),
        kind="unigram",
        charsmap=charsmap,
        byte_fallback=bool(model.get("byte_fallback")),
        prefix=prefix,
        strip=collapses or splits,
    )
    return UnigramTokenizer(data, **options)


def sentencepiece_bpe(
    found: Any, model: Any, vocabulary: Mapping[str, int], special: Collection[str], options: Any
) -> SentencePieceBPETokenizer:
    """The `SentencePieceBPETokenizer` of a file's parts; arguments as of `unigram`.

    Raises:
        ValueError: names the part that is something else; merges that are not those of a SentencePiece model.
    """
    unknown = model.get("unk_token")
    if unknown not in vocabulary:
        refuse("model", "must have an unknown token of its vocabulary, `unk_token`", unknown)
    if not model.get("fuse_unk") and not set(vocabulary) >= _BYTES:
        refuse("model", "must have all 256 bytes, or fuse unknown characters", model.get("fuse_unk"))
    types = _types(vocabulary, unknown, special, byte_fallback=True)
    prefix, prefix_space = _llama_prefix(found.get("normalizer"), found.get("pre_tokenizer"), types)
    order = _order(
        [tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair) for pair in model["merges"]], types
    )
    data = _model(
        vocabulary,
        lambda piece: -float(order.get(piece, len(order) + vocabulary[piece])),
        types,
        kind="BPE",
        byte_fallback=True,
        prefix=prefix,
        strip=False,
    )
    return SentencePieceBPETokenizer(data, prefix_space=prefix_space, **options)


def _types(vocabulary, unknown, special, byte_fallback):
    """dict piece -> `PieceType`."""
    found = dict.fromkeys(vocabulary, PieceType.NORMAL)
    found |= dict.fromkeys(special, PieceType.CONTROL)
    if byte_fallback:
        found |= {piece: PieceType.BYTE for piece in _BYTES & set(vocabulary)}
    return found | {unknown: PieceType.UNKNOWN}


def _order(merges, types):
    """dict piece -> its place among those that merges make; a SentencePiece model merges whatever makes a piece."""
    normal = {piece for piece, kind in types.items() if kind == PieceType.NORMAL}
    order: dict[str, int] = {}
    for number, pair in enumerate(merges):
        if len(pair) != 2 or not {*pair, "".join(pair)} <= normal:
            refuse("merges", f"must be of pieces of the vocabulary, and make such; merge {number} does not", pair)
        piece = "".join(pair)
        if piece in order and order[piece] != len(order) - 1:
            refuse(
                "merges", "must name the ways to a piece one after the other, as those of a SentencePiece model", pair
            )
        order.setdefault(piece, len(order))
    given = set(merges)
    for piece in sorted(normal):
        if any(character not in normal for character in piece):
            refuse("vocabulary", "must have every character of its pieces", piece)
        for size in range(1, len(piece)):
            pair = piece[:size], piece[size:]
            if pair not in given and normal.issuperset(pair):
                refuse(
                    "merges",
                    "must be all of a SentencePiece model, which merges whatever makes a piece; one lacks",
                    pair,
                )
    return order


def _charsmap(normalizer):
    """(charsmap, whether several spaces become one)."""
    charsmap, collapses = b"", False
    for step in steps_of(normalizer, "normalizer", "normalizers"):
        kind = step.get("type")
        if kind == "Precompiled" and not charsmap and not collapses:
            try:
                charsmap = base64.b64decode(step.get("precompiled_charsmap") or "", validate=True)
            except (binascii.Error, TypeError) as error:
                refuse("normalizer", f"must hold a charsmap in base64 ({cut(error)})", step.get("precompiled_charsmap"))
        elif kind == "Replace" and as_dict(step.get("pattern"), "pattern").get("Regex") == " {2,}":
            if step.get("content") not in (" ", SPACE_SYMBOL):
                refuse("normalizer", "must make one space of several", step)
            collapses = True
        elif kind != "Strip" or not step.get("strip_right"):
            refuse("normalizer", "must be a Precompiled charsmap, then perhaps Strip and one space for several", step)
    return charsmap, collapses


def _metaspace(words):
    """(whether white space at the ends and between words goes, whether a text begins with a space)."""
    steps = steps_of(words, "pre_tokenizer", "pretokenizers")
    kinds = [step.get("type") for step in steps]
    if kinds not in (["Metaspace"], ["WhitespaceSplit", "Metaspace"]) or steps[-1].get("replacement") != SPACE_SYMBOL:
        refuse("pre_tokenizer", "must be a Metaspace, alone or after WhitespaceSplit", words)
    return len(steps) == 2, _has_prefix(steps[-1])


def _has_prefix(step):
    scheme = step.get("prepend_scheme", "always" if step.get("add_prefix_space", True) else "never")
    if scheme not in ("always", "first", "never"):
        refuse("pre_tokenizer", "must have a prepend_scheme of always, first or never", step)
    return scheme != "never"


def _llama_prefix(normalizer, words, types):
    """(whether each text gets a space before it, or only one that begins with none), which Llama's files say in three ways."""
    steps = steps_of(normalizer, "normalizer", "normalizers")
    prefix = False
    for step in steps:
        kind = step.get("type")
        if kind == "Prepend" and step.get("prepend") == SPACE_SYMBOL and not prefix:
            prefix = True
        elif kind != "Replace" or step.get("pattern") != {"String": " "} or step.get("content") != SPACE_SYMBOL:
            refuse("normalizer", "must put U+2581 before a text and in place of spaces, and do nothing else", step)
    if words is None and steps:
        return prefix, False
    step = as_dict(words, "pre_tokenizer")
    if steps or step.get("type") != "Metaspace" or step.get("replacement") != SPACE_SYMBOL:
        refuse("pre_tokenizer", "must be null, or a Metaspace without a normalizer", words)
    if step.get("split", True):
        longer = [piece for piece, kind in types.items() if kind == PieceType.NORMAL and SPACE_SYMBOL in piece[1:]]
        if longer:
            refuse("pre_tokenizer", "must be a Metaspace that does not split, as pieces go on over spaces", longer[0])
    return False, _has_prefix(step)


def _model(
    vocabulary: Mapping[str, int],
    score: Any,
    types: Mapping[str, PieceType],
    *,
    kind: str,
    byte_fallback: bool,
    prefix: bool,
    strip: bool,
    charsmap: bytes = b"",
) -> bytes:
    """The bytes of a `.model` file."""
    pieces: Iterable[str] = pieces_by_id(dict(vocabulary))
    out = [
        length_delimited(
            1,
            length_delimited(1, piece.encode())
            + b"\x15"
            + struct.pack("<f", score(piece))
            + bytes([0x18, types[piece]]),
        )
        for piece in pieces
    ]
    out.append(length_delimited(2, whole_number(3, _KINDS[kind]) + whole_number(35, int(byte_fallback))))
    flags = whole_number(3, int(prefix)) + whole_number(4, int(strip)) + whole_number(5, 1)
    out.append(length_delimited(3, length_delimited(1, b"tokenizer.json") + length_delimited(2, charsmap) + flags))
    return b"".join(out)
