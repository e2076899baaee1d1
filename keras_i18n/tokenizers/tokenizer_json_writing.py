"""Writes the `tokenizer.json` of Hugging Face's `tokenizers`."""

import json
import pathlib
from typing import Any

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Config, Path
from keras_i18n.shown import shown
from keras_i18n.tokenizers.byte_pair import BytePairTokenizer
from keras_i18n.tokenizers.word_patterns import PATTERNS
from keras_i18n.tokenizers.wordpiece import WordPieceTokenizer


def to_tokenizer_json(tokenizer: WordPieceTokenizer | BytePairTokenizer, path: Path) -> None:
    """Writes a `tokenizer.json` that `tokenizers` and `transformers` read, with the same ids; whole or not at all.

    Raises:
        TypeError: for a tokenizer of another kind.

    >>> import tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "tokenizer.json"
    >>> to_tokenizer_json(WordPieceTokenizer(["[UNK]", "to", "##day"]), file)
    >>> json.loads(file.read_text())["model"]["type"]
    'WordPiece'
    """
    if isinstance(tokenizer, WordPieceTokenizer):
        described = _written_word_piece(tokenizer)
    elif isinstance(tokenizer, BytePairTokenizer):
        described = _written_byte_pairs(tokenizer)
    else:
        raise TypeError(
            f"A tokenizer.json is written of a WordPieceTokenizer or a BytePairTokenizer. Received: {shown(tokenizer)}."
        )
    with atomic_path(path) as temporary:
        pathlib.Path(temporary).write_text(json.dumps(described, ensure_ascii=False, indent=1), encoding="utf-8")


def _ids(tokenizer):
    return {piece: number for number, piece in enumerate(tokenizer.pieces)}


def _written(tokenizer, model, normalizer, words) -> Config:
    ids = _ids(tokenizer)
    around = [piece for piece in (tokenizer.begin_piece, tokenizer.end_piece) if piece is not None]

    def template(*sequences):
        parts: list[Any] = []
        for number, name in enumerate(sequences):
            if tokenizer.begin_piece is not None and number == 0:
                parts.append({"SpecialToken": {"id": tokenizer.begin_piece, "type_id": number}})
            parts.append({"Sequence": {"id": name, "type_id": number}})
            if tokenizer.end_piece is not None:
                parts.append({"SpecialToken": {"id": tokenizer.end_piece, "type_id": number}})
        return parts

    post = {
        "type": "TemplateProcessing",
        "single": template("A"),
        "pair": template("A", "B"),
        "special_tokens": {piece: {"id": piece, "ids": [ids[piece]], "tokens": [piece]} for piece in around},
    }
    limit = tokenizer.max_tokens
    truncation = {"direction": "Right", "max_length": limit, "strategy": "LongestFirst", "stride": 0}

    def flags(token):
        strips = {"lstrip": token in tokenizer.strip_left, "rstrip": token in tokenizer.strip_right}
        return {"single_word": False, **strips, "normalized": False, "special": True}

    return {
        "version": "1.0",
        "truncation": None if limit is None else truncation,
        "padding": None,
        "added_tokens": [
            {"id": ids[token], "content": token, **flags(token)}
            for token in sorted(tokenizer.special_tokens, key=ids.__getitem__)
        ],
        "normalizer": normalizer,
        "pre_tokenizer": words,
        "post_processor": post if around else None,
        "decoder": {"type": "WordPiece", "prefix": tokenizer.continuation, "cleanup": True}
        if isinstance(tokenizer, WordPieceTokenizer)
        else {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "model": model | {"vocab": ids},
    }


def _written_word_piece(tokenizer):
    model = {
        "type": "WordPiece",
        "unk_token": tokenizer.unknown,
        "continuing_subword_prefix": tokenizer.continuation,
        "max_input_chars_per_word": tokenizer.max_word_length,
    }
    normalizer = {
        "type": "BertNormalizer",
        "clean_text": True,
        "handle_chinese_chars": tokenizer.split_ideographs,
        "strip_accents": tokenizer.strip_accents,
        "lowercase": tokenizer.lowercase,
    }
    return _written(tokenizer, model, normalizer, {"type": "BertPreTokenizer"})


def _written_byte_pairs(tokenizer):
    model = {
        "type": "BPE",
        "dropout": None,
        "unk_token": None,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": tokenizer.whole_words,
        "merges": [list(pair) for pair in tokenizer.merges],
    }
    of_gpt2 = tokenizer.pattern == "gpt2"
    words: Config = {"type": "ByteLevel", "add_prefix_space": tokenizer.prefix_space, "trim_offsets": True}
    words["use_regex"] = of_gpt2
    if not of_gpt2:
        expression = PATTERNS[tokenizer.pattern].expression
        split = {"type": "Split", "pattern": {"Regex": expression}, "behavior": "Isolated", "invert": False}
        words = {"type": "Sequence", "pretokenizers": [split, words]}
    return _written(tokenizer, model, {"type": "NFC"} if tokenizer.compose else None, words)
