"""A conformance kit: texts that walk the edges of a unigram tokenizer, and a golden file to replay on any port; and what
a tokenizer is known to do badly.

A golden file is gzipped JSON lines: first what it is (digest of the tokenizer, padding), then a row a text with its
raw code points and the token ids that the sentencepiece library gives.
"""

import collections
import gzip
import json
import pathlib
import random
import unicodedata
from collections.abc import Callable
from typing import Any

from keras_i18n.protocols import Path, Texts
from keras_i18n.shown import cut
from keras_i18n.tokenizers.charsmap import read_charsmap
from keras_i18n.tokenizers.sentencepiece_model import PieceType

WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2002\u2009\u200b\u200c\u200d\u200e\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\u2581"
)
MARKS = "\u0300\u0301\u0308\u0323\u0327\u0338\u0344\u05b8\u064b\u0651\u0653\u093c\u09be\u0bbe\u0dca\u3099\u309a"
BLOCKS = (  # (first, last) code points of what texts are made of, every plane among them
    (0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x36F), (0x370, 0x52F), (0x530, 0x6FF), (0x700, 0xDFF), (0xE00, 0x10FF),
    (0x1100, 0x11FF), (0x1200, 0x1FFF), (0x2000, 0x2BFF), (0x2C00, 0x2FFF), (0x3000, 0x33FF), (0x3400, 0x9FFF),
    (0xA000, 0xABFF), (0xAC00, 0xD7A3), (0xD7B0, 0xD7FF), (0xE000, 0xF8FF), (0xF900, 0xFFFF), (0x10000, 0x1FFFF),
    (0x20000, 0x2FFFF), (0x30000, 0x3FFFF), (0xE0000, 0xE01EF), (0xF0000, 0x10FFFF), (1, 0x1F), (0xD800, 0xDFFF),
)  # fmt: skip
REAL = (
    "İstanbul'da ılık IĞDIR", "क्षत्रिय ज़रूरी हैं", "مُحَمَّدٌ ﷺ ﻻ إله", "東京都庁で、ﾊﾟﾋﾟﾌﾟ", "ภาษาไทยเขียนติดกัน",
    "각 각 ㄱㅏ", "👩‍👩‍👧‍👦 🏳️‍🌈 🇺🇦 1️⃣", "ﬁne ½ ℌ𝔢𝔩𝔩𝔬 ①②③", "Ångström Å Å", "שָׁלוֹם עולם", "Việt Nam tiếng", "𐍈𝟘𠀋😀",
    "don’t—stop…  now", "x" * 70, "ha" * 40, "\u3000\u3000全角　空白\u3000", "ཨོཾ་མ་ཎི་པདྨེ་ཧཱུྃ", "ⵜⴰⵎⴰⵣⵉⵖⵜ ߒߞߏ ᏣᎳᎩ ᓄᓇᕗᑦ",
)  # fmt: skip

# two texts that should be alike, or one that should be several words; how it is told
_ALIKE = (
    ("ÉCOLE", "école", "letters other than ASCII are not made small: 'ÉCOLE' and 'école' are two words"),
    ("مرحبا،", "مرحبا", "punctuation other than ASCII stays on its word: 'مرحبا،' and 'مرحبا' are two words"),
    ("e\u0301te", "\u00e9te", "composed and decomposed spellings differ: 'é' of one code point is not 'é' of two"),
)
_SEVERAL = (
    ("今日は良い天気です", "Chinese and Japanese sentences are one word, which a vocabulary hardly ever has"),
    ("วันนี้อากาศดี", "Thai, Lao, Khmer and Burmese sentences are one word, which a vocabulary hardly ever has"),
    ("a\u3000b", "spaces other than ASCII, such as the one of full width, part no words"),
)


def weaknesses(tokenizer: Any) -> list[str]:
    """What a `TextVectorizationTokenizer` does badly with texts of the world, a sentence each; found by trying.

    Ids are those of its Keras layer, so it is told and not mended: a network has learned these ids. A tokenizer of
    another kind (`train_unigram`) and `transfer.convert_language` are the way out.

    >>> from keras_i18n.tokenizers import TextVectorizationTokenizer
    >>> weaknesses(TextVectorizationTokenizer(["a"], split="character"))[0]
    "letters other than ASCII are not made small: 'ÉCOLE' and 'école' are two words"
    """
    found = [told for one, other, told in _ALIKE if tokenizer.words(one) != tokenizer.words(other)]
    return found + [told for text, told in _SEVERAL if len(tokenizer.words(text)) == 1]


def edge_texts(tokenizer: Any, seed: int = 0) -> list[str]:
    """Texts that walk the edges of a `UnigramTokenizer`: about a thousand, the same for the same seed.

    Rules of the normaliser by length of key and of value, one place short of a key, keys that overlap; the longest
    pieces, one code point less and one more; user-defined, control and byte pieces spelled out; white space and
    control characters of all kinds; Hangul; marks; lone surrogates and code point 0; the empty text.
    """
    chance = random.Random(seed)
    rules = read_charsmap(tokenizer.model.charsmap)
    texts = ["", *REAL, *(unicodedata.normalize(form, text) for text in REAL for form in ("NFD", "NFKD"))]
    texts += [f"{c}a{c}{c}b{c}" for c in WHITE_SPACE] + list(WHITE_SPACE) + [WHITE_SPACE, " " * 40]
    texts += [f"a{chr(c)}b" for c in (*range(33), *range(0x7F, 0xA1), 0xD800, 0xDC00, 0xDFFF, 0xFFFD, 0xFFFE, 0xFFFF)]
    texts += [f"{mark}{mark}e{mark}か{mark} {mark}" for mark in MARKS]
    kinds = collections.defaultdict(list)
    for key, value in sorted(rules.items()):
        kinds[len(key), len(value)].append(key)
    for keys in kinds.values():
        for key in chance.sample(keys, min(12, len(keys))):
            word = "".join(map(chr, key))
            texts += [word, f"a {word}b", word * 3, word[:-1] + "x" + word, word + word[-1:] + " " + word[1:]]
    by_length = sorted(
        (p for p, k in zip(tokenizer.pieces, tokenizer.model.types, strict=True) if k == PieceType.NORMAL), key=len
    )
    for piece in by_length[-20:] + chance.sample(by_length, min(60, len(by_length))):
        word = piece.replace("\u2581", " ")
        texts += [word, word[:-1], word + word[-1], word + "\U0001f9ff" + word]
    special = [p for p, k in zip(tokenizer.pieces, tokenizer.model.types, strict=True) if k != PieceType.NORMAL]
    for piece in special[:20]:
        texts += [piece, f"a{piece}b {piece}{piece}", piece[:-1], piece + piece[1:]]
    for lead, vowel, tail in ((0, 0, 0), (18, 20, 27), (5, 8, 4), (11, 20, 19)):
        jamo = chr(0x1100 + lead) + chr(0x1161 + vowel), chr(0x11A7 + tail)
        texts += [
            "".join(jamo),
            jamo[0] * 2,
            jamo[1],
            unicodedata.normalize("NFC", jamo[0]) + jamo[1] * 2,
            "ㄱ" + jamo[0] + "ㅏㄳ",
        ]
    return texts


def fuzzed_texts(tokenizer: Any, count: int, seed: int = 0) -> list[str]:
    """Random texts of every plane and script, mixed, unnormalised and decomposed; the same for the same seed."""
    chance = random.Random(seed)
    keys = ["".join(map(chr, key)) for key in sorted(read_charsmap(tokenizer.model.charsmap))] or ["a"]

    def part():
        kind = chance.random()
        low, high = chance.choice(BLOCKS)
        if kind < 0.35:
            return "".join(chr(chance.randint(low, high)) for _ in range(chance.randint(1, 6)))
        if kind < 0.5:
            return "".join(chance.choice(keys) for _ in range(chance.randint(1, 3)))
        if kind < 0.75:
            return chance.choice(tokenizer.pieces).replace("\u2581", " ")
        if kind < 0.85:
            return chance.choice(WHITE_SPACE) * chance.randint(1, 3)
        if kind < 0.9:
            return chance.choice(MARKS) * chance.randint(1, 2)
        return unicodedata.normalize(chance.choice(("NFD", "NFKD", "NFKC")), chance.choice(REAL))[
            : chance.randint(1, 12)
        ]

    return ["".join(part() for _ in range(chance.randint(0, 8)))[:200] for _ in range(count)]


def write_golden(path: Path, tokenizer: Any, texts: Texts) -> None:
    """Writes a golden file: what the sentencepiece library answers to the texts."""
    rows = [{"format": "keras_i18n tokenizer golden 1", "digest": tokenizer.digest, "padding_id": tokenizer.padding_id}]
    rows += [
        {"code_points": [ord(c) for c in text], "ids": ids.tolist()}
        for text, ids in zip(texts, tokenizer.tokenize(texts), strict=True)
    ]
    lines = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    pathlib.Path(path).write_bytes(gzip.compress(lines.encode(), mtime=0))


def read_golden(path: Path) -> tuple[dict[str, Any], list[Any]]:
    """(what the file is, list of (code points, ids)) of a golden file.

    Raises:
        ValueError: for a file of another kind.
    """
    try:
        first, *rows = (json.loads(line) for line in gzip.decompress(pathlib.Path(path).read_bytes()).splitlines())
        return first, [(row["code_points"], row["ids"]) for row in rows]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"A golden file must be gzipped JSON lines. Received: {cut(path)}, which is not.") from error


def failures(path: Path, tokenize: Callable[..., Any]) -> list[Any]:
    """Rows of a golden file that a port answers otherwise.

    Args:
        path: golden file.
        tokenize: function from a list of code points to a sequence of token ids; padding may follow.

    Returns:
        List of (code points, ids wanted, ids received).
    """
    head, rows = read_golden(path)
    answers = ([int(i) for i in tokenize(code_points) if i != head["padding_id"]] for code_points, _ in rows)
    return [(c, ids, answer) for (c, ids), answer in zip(rows, answers, strict=True) if ids != answer]
