"""Damaged tokenizer files are refused when they are opened, with the file's name; never another answer without a word."""

import hashlib
import json
import os
import struct

import numpy as np
import pytest

from keras_i18n.tokenizers import (
    BytePairTokenizer,
    CharacterTokenizer,
    NgramTokenizer,
    TextVectorizationTokenizer,
    UnigramTokenizer,
    WordPieceTokenizer,
    sentencepiece_model,
)
from keras_i18n.tokenizers.byte_pair import ALPHABET
from keras_i18n.tokenizers.charsmap import check_charsmap, read_charsmap
from keras_i18n.tokenizers.charsmap_compiling import compile_charsmap
from tests.tokenizers.vocabularies import TEXTS, trained

TOKENIZERS = {
    "unigram": UnigramTokenizer(trained().model_bytes, begin=True, max_tokens=50),
    "ngrams": NgramTokenizer(num_buckets=500),
    "characters": CharacterTokenizer.train(TEXTS),
    "text vectorization": TextVectorizationTokenizer(["a", "b"]),
    "byte pairs": BytePairTokenizer([*ALPHABET, "ab"], [("a", "b")]),
    "wordpiece": WordPieceTokenizer(["[UNK]", "a", "##b"]),
}


def outcome(tokenizer, data):
    try:
        found = type(tokenizer).from_bytes(data)
    except ValueError:
        return "refused"
    return "same" if found.digest == tokenizer.digest else "otherwise"


@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_changed_file_is_refused_or_the_same(name):
    """A bit at every place of the options, and at places of the rest."""
    tokenizer = TOKENIZERS[name]
    data, chance = tokenizer.to_bytes(), np.random.default_rng(1)
    places = [*range(min(len(data), 150)), *chance.integers(0, len(data), 60)]
    found = []
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1 << int(chance.integers(8))
        found.append(outcome(tokenizer, bytes(changed)))
    found += [outcome(tokenizer, data[:cut]) for cut in (0, 1, 40, len(data) // 2, len(data) - 1)]
    assert set(found) <= {"refused", "same"}
    assert found.count("refused") > 0.8 * len(found)


@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_file_without_a_digest_is_from_before_and_opens(name):
    tokenizer = TOKENIZERS[name]
    before, found, after = tokenizer.to_bytes().partition(b'"digest": "' + tokenizer.digest.encode() + b'", ')
    assert found
    assert type(tokenizer).from_bytes(before + after).digest == tokenizer.digest


@pytest.mark.parametrize(
    "line",
    [
        b'{"begin": 5}',
        b'{"begin": ["<s>"]}',
        b'{"begin": true, "begin": false}',
        b'{"prefix": 5}',
        b'{"max_tokens": "x"}',
        b'{"max_tokens": NaN}',
        b'{"threads": 3}',
        b"[" * 100_000,
        b"[1]",
        b"\xff",
    ],
)
def test_options_that_are_none(line):
    data = b"keras_i18n unigram tokenizer 1\n" + line + b"\n" + trained().model_bytes
    with pytest.raises(ValueError, match="file is damaged"):
        UnigramTokenizer.from_bytes(data)


@pytest.mark.parametrize("config", [{"begin": "yes"}, {"end": 1}, {"compose": None}, {"other": 1}, {"characters": 5}])
def test_options_of_characters_that_are_none(config):
    data = json.dumps({"format": "keras_i18n character tokenizer 1", "characters": "ab", **config}).encode()
    with pytest.raises(ValueError, match="character tokenizer's file"):
        CharacterTokenizer.from_bytes(data)


def test_refusals_name_the_file(tmp_path):
    path = tmp_path / "broken.tokenizer"
    for tokenizer in TOKENIZERS.values():
        path.write_bytes(tokenizer.to_bytes()[:-30])
        with pytest.raises(ValueError, match=r"broken\.tokenizer"):
            type(tokenizer).load(path)
        with pytest.raises(ValueError, match="not"):
            type(tokenizer).load(tmp_path)
        with pytest.raises(FileNotFoundError, match="missing"):
            type(tokenizer).load(tmp_path / "missing")
    with pytest.raises(ValueError, match=r"broken\.tokenizer"):
        UnigramTokenizer.from_file(path)


def test_what_never_ends_or_is_too_big_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with open(tmp_path / "big", "wb") as file:
        file.truncate(2**40)
    for path in (tmp_path / "pipe", "/dev/zero", tmp_path / "big"):
        for kind in (UnigramTokenizer, NgramTokenizer, CharacterTokenizer, WordPieceTokenizer):
            with pytest.raises(ValueError, match=r"regular file|at most"):
                kind.load(path)


def test_a_model_file_may_be_held_to_its_digest(tmp_path):
    path, data = tmp_path / "x.model", trained().model_bytes
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    assert UnigramTokenizer.from_file(path, sha256=digest.upper()).pieces == trained().pieces
    changed = bytearray(data)
    changed[8] ^= 1
    path.write_bytes(changed)
    with pytest.raises(ValueError, match=r"x\.model.*SHA-256"):
        UnigramTokenizer.from_file(path, sha256=digest)


def test_a_model_is_read_as_a_whole_when_it_is_opened():
    """Its normaliser, fields that are not known or come twice: nothing is left for the first use."""
    data = trained().model_bytes
    for blob in (b"\xff" * 200, trained().model.charsmap[:-1] + b"x"):
        normalizer = b"\x12" + _varint(len(blob)) + blob
        pieces = b"".join(
            b"\x0a" + _varint(len(value)) + value for field, value in sentencepiece_model.raw_fields(data) if field == 1
        )
        with pytest.raises(ValueError, match="charsmap"):
            UnigramTokenizer(pieces + b"\x1a" + _varint(len(normalizer)) + normalizer)
    trainer = next(value for field, value in sentencepiece_model.raw_fields(data) if field == 2)
    for more in (b"\x98\x02\x01", b"\x40\x01"):  # byte_fallback once more, field 8
        pieces = b"".join(b"\x0a" + _varint(len(v)) + v for f, v in sentencepiece_model.raw_fields(data) if f == 1)
        with pytest.raises(ValueError, match=r"comes twice|unknown field"):
            UnigramTokenizer(pieces + b"\x12" + _varint(len(trainer + more)) + trainer + more)


def test_a_rule_writes_a_bounded_number_of_code_points():
    within = compile_charsmap({(97,): (98,) * 64})
    check_charsmap(within)
    assert len(read_charsmap(within)[97,]) == 64
    beyond = compile_charsmap({(97,): (98,) * 65})
    for read in (check_charsmap, read_charsmap):
        with pytest.raises(ValueError, match="writes 65 code points"):
            read(beyond)


def test_many_pieces_are_read_fast_and_alike():
    """The fast reader of the usual layout and the careful one say the same; a fault is named by its piece."""
    pieces = [f"x{number:x}é" for number in range(2000)]
    data = sentencepiece_model.with_pieces(trained().model_bytes, pieces, [-20.0] * 2000)
    model = sentencepiece_model.parse(data)
    assert model.pieces[-2000:] == tuple(pieces)
    careful = [
        sentencepiece_model._piece(v, i) for i, (f, v) in enumerate(sentencepiece_model.raw_fields(data)) if f == 1
    ]
    assert list(zip(model.pieces[-2000:], model.scores[-2000:], model.types[-2000:], strict=True)) == careful[-2000:]
    place = data.index(pieces[1000].encode())
    for bad, message in ((b"\xff", "UTF-8"), (b"\0", "code point 0")):
        with pytest.raises(ValueError, match=message):
            sentencepiece_model.parse(data[:place] + bad + data[place + 1 :])
    score = data.index(struct.pack("<f", -20.0), place)
    with pytest.raises(ValueError, match="score"):
        sentencepiece_model.parse(data[:score] + struct.pack("<f", float("nan")) + data[score + 4 :])


def test_sampling_by_seed():
    tokenizer = trained()
    texts = [*TEXTS] * 3

    def cut(**options):
        return [ids.tolist() for ids in tokenizer.sample(texts, **options)]

    assert cut(seed=3) == cut(seed=3) != cut(seed=4)
    assert cut() != cut()
    assert tokenizer.detokenize(tokenizer.sample(texts, seed=1)) == tokenizer.detokenize(tokenizer.tokenize(texts))
    for seed in (-1, 2**31, 0.5, True):
        with pytest.raises(ValueError, match="`seed`"):
            tokenizer.sample(texts, seed=seed)


def _varint(number):
    return sentencepiece_model._varint_bytes(number)
