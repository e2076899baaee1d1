import functools
import unicodedata

import keras
import numpy as np
import pytest

from keras_i18n.layers import NgramTokenization
from keras_i18n.tokenizers import NgramTokenizer
from tests.layers import mobile_runtime, runtimes

TEXTS = [
    "The quick brown fox, aged 12, can't fly!",
    "İstanbul'da IŞIK ve ışık",
    "मौसम कैसा है? १२३",
    "ما حالة الطقس اليوم؟ مُحَمَّد",
    "天気はどうですか。カタカナも",
    "อากาศเป็นอย่างไรวันนี้",
    "👩‍👩‍👧 ok 👍🏽 ❤️",
    "می‌خواهم co\u00adoperate",
    "Straße ΣΊΣΥΦΟΣ ﬁn Ａ１",
    "",
    " ",
    "a",
    "\u200d",
    "a\0b",
    "x\ud800y",
    "𠀀𐐀 \U000e0061",
    "w" * 90,
]
OPTIONS = {
    "default": {},
    "characters": {"num_buckets": 1000, "word_lengths": (), "ngram_lengths": (1, 2), "seed": 7, "compose": False},
    "long": {"num_buckets": 2**31 - 1, "word_lengths": (1, 3), "ngram_lengths": (2, 6), "fold": ("case", "accents")},
    # whole blocks of the bitmap, single bits, and the last bucket, whose byte is not full
    "kept": {"num_buckets": 2003, "kept_buckets": [*range(600), *range(601, 1900, 3), 2002]},
    "pairs": {"num_buckets": 64, "word_lengths": (2,), "ngram_lengths": (), "fold": (), "compose": False},
}


def code_points(texts, width=None):
    width = max(map(len, texts)) if width is None else width
    out = np.zeros((len(texts), width), np.int32)
    for row, text in zip(out, texts, strict=True):
        row[: len(text)] = [ord(character) for character in text]
    return out


def model_of(tokenizer, **options):
    inputs = keras.Input((None,), dtype="int32", name="codepoints")
    return keras.Model(inputs, NgramTokenization.from_tokenizer(tokenizer, **options)(inputs))


@functools.cache
def files(name):
    """The tokenizer, its Keras model, and its files."""
    tokenizer = NgramTokenizer(**OPTIONS[name])
    model = model_of(tokenizer)
    return tokenizer, model, runtimes.Files(model)


def expected_ids(tokenizer, texts):
    padded = tokenizer.pad(tokenizer.tokenize(texts))
    return padded if padded.shape[1] else np.full((len(texts), 1), -1, np.int32)


def fuzzed_texts(count, seed):
    """Strings of random code points: all planes, the scripts of the Basic Multilingual Plane, spaces between."""
    generator = np.random.default_rng(seed)
    texts = []
    for number in range(count):
        length = int(generator.integers(0, 40))
        top = (0x250, 0x3000, 0x10000, 0x20000, 0x110000)[number % 5]
        drawn = generator.integers(1, top, length)
        drawn[generator.random(length) < 0.2] = 32
        texts.append("".join(map(chr, drawn)))
    return texts


def decomposed_texts(count, seed):
    """Real text in NFD, and characters with marks in any order: what composing has to undo."""
    generator = np.random.default_rng(seed)
    marks = [0x300, 0x301, 0x302, 0x307, 0x323, 0x327, 0x338, 0x345, 0x5B8, 0x93C, 0x9BE, 0xDCF, 0x1161, 0x11A8, 0x3099]
    bases = [0x61, 0x65, 0x73, 0x3B1, 0x928, 0x9C7, 0xDD9, 0x1100, 0xAC00, 0xE9, 0x212B, 0x304B, 0xFB2E, 0x20, 0]
    real = [unicodedata.normalize("NFD", text) for text in [*TEXTS, "Tiếng Việt rất đẹp", "한국어 텍스트입니다"]]
    drawn = [generator.choice(marks * 2 + bases, generator.integers(1, 30)) for _ in range(count)]
    return [*real, *("x" + "".join(map(chr, row)) + "y" for row in drawn)]


# apart from the others, which would be padded to its length and go through its rounds
MANY_MARKS = ["a" + "\u0301\u0323" * 400, "e\u0323\u0301 o"]
BATCHES = [
    *(TEXTS, TEXTS[:1], ["", " "], ["a"], ["e\u0301"]),
    *(fuzzed_texts(500, seed=1), decomposed_texts(300, seed=2), MANY_MARKS),
]


@pytest.mark.parametrize("name", OPTIONS)
def test_every_runtime_gives_the_ids_of_the_tokenizer(name):
    tokenizer, _, written = files(name)
    inputs = [code_points(texts, max(map(len, texts)) + extra) for extra, texts in enumerate(BATCHES, start=1)]
    mobile = mobile_runtime.outputs(written.tflite, inputs)
    for texts, batch, from_mobile in zip(BATCHES, inputs, mobile, strict=True):
        expected = expected_ids(tokenizer, texts)
        for runtime, received in {
            "Keras": written.keras_outputs(batch)[0],
            "LiteRT": written.tflite_outputs(batch)[0],
            "ONNX Runtime": written.onnx_outputs(batch)[0],
            "tflite-runtime": from_mobile,
        }.items():
            assert received.dtype == np.int32
            np.testing.assert_array_equal(received, expected, err_msg=runtime)


def test_any_int32_numbers_are_taken_and_read_alike():
    """Negative numbers and those that are no code points part words, as U+FFFD does."""
    tokenizer, _, written = files("default")
    generator = np.random.default_rng(5)
    anything = generator.integers(-(2**31), 2**31, (200, 30)).astype(np.int32)
    near = generator.integers(-5, 0x110005, (200, 30)).astype(np.int32)
    edges = np.array([[-(2**31), 2**31 - 1, -1, 97, 0x10FFFF, 0x110000, 98, 0x1FFFF, 0x20000, 0xD800] * 3], np.int32)
    batches = [anything, near, edges]
    for batch, from_mobile in zip(batches, mobile_runtime.outputs(written.tflite, batches), strict=True):
        texts = ["".join(chr(c) if 0 <= c < 0x110000 else "\ufffd" for c in row) for row in batch.tolist()]
        expected = expected_ids(tokenizer, texts)
        np.testing.assert_array_equal(written.keras_outputs(batch)[0], expected)
        np.testing.assert_array_equal(written.tflite_outputs(batch)[0], expected)
        np.testing.assert_array_equal(written.onnx_outputs(batch)[0], expected)
        np.testing.assert_array_equal(from_mobile, expected)


def test_saved_files_keep_the_tables():
    tokenizer, model, written = files("long")
    batch, expected = code_points(TEXTS), expected_ids(tokenizer, TEXTS)
    np.testing.assert_array_equal(written.saved_model_outputs(batch)[0], expected)
    for suffix in (".keras", ".h5"):
        np.testing.assert_array_equal(runtimes.keras_outputs(runtimes.round_trip(model, suffix), batch)[0], expected)


def test_config_twin_with_copied_weights():
    tokenizer = NgramTokenizer(**OPTIONS["long"])
    layer = NgramTokenization.from_tokenizer(tokenizer, max_tokens=7)
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    twin.set_weights(layer.get_weights())
    ids = np.array(twin(code_points(TEXTS)))
    np.testing.assert_array_equal(ids, tokenizer.pad(tokenizer.tokenize(TEXTS, max_tokens=7)))
    assert not layer.trainable_weights


@pytest.mark.parametrize("max_tokens", [1, 30, 10_000])
def test_max_tokens_in_a_file(max_tokens):
    tokenizer = NgramTokenizer()
    model = model_of(tokenizer, max_tokens=max_tokens)
    received = runtimes.tflite_outputs(runtimes.tflite_bytes(model), code_points(TEXTS))[0]
    np.testing.assert_array_equal(received, tokenizer.pad(tokenizer.tokenize(TEXTS, max_tokens=max_tokens)))


def test_not_compact_gives_the_same_ids_with_padding_between():
    tokenizer = NgramTokenizer()
    model = model_of(tokenizer, compact=False)
    for received in (
        runtimes.keras_outputs(model, code_points(TEXTS))[0],
        runtimes.tflite_outputs(runtimes.tflite_bytes(model), code_points(TEXTS))[0],
    ):
        for row, ids in zip(received, tokenizer.tokenize(TEXTS), strict=True):
            assert row[row >= 0].tolist() == ids.tolist()


def test_no_columns_at_all():
    _, model, *_ = files("default")
    assert runtimes.keras_outputs(model, np.zeros((2, 0), np.int32))[0].tolist() == [[-1], [-1]]


def test_refused():
    with pytest.raises(ValueError, match="needs compact=True"):
        NgramTokenization.from_tokenizer(NgramTokenizer(), max_tokens=3, compact=False)
    with pytest.raises(ValueError, match="at least 1"):
        NgramTokenization.from_tokenizer(NgramTokenizer(), max_tokens=0)
