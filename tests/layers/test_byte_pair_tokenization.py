"""Byte-level BPE as a layer: the ids of the tokenizer in Keras, SavedModel, LiteRT, tflite-runtime and ONNX Runtime."""

import functools
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_i18n import layers
from keras_i18n.layers import BytePairTokenization, tokenization_layer, word_beginnings
from keras_i18n.tokenizers import BytePairTokenizer, conformance, merge_tables, pair_merges, word_patterns
from tests.layers import mobile_runtime, runtimes
from tests.layers.test_ngram_tokenization import BATCHES, TEXTS, code_points, expected_ids
from tests.tokenizers.byte_pairs import SPECIAL, trained

EDGES = [
    *(
        "",
        " ",
        "  ",
        "a  ",
        " \n b",
        "!\n\n  x\n y",
        "I'll've 's 'S don'T '\u017f",
        "12345678 1234",
        "((a) (a",
        "\u3000x\xa0y",
    ),
    *("a" * 101, "a" * 64 + "b", "<s>a</s>  <s>", "<s", "a\0b", "e\u0301\u0378", *conformance.REAL),
]
EDGES += [
    "a <mask>b </s> \u3000c",
    " \n<mask> <mask></s> <mask>",
    "<mask>",
    "<|7|> <|39|><|40|>",
    "A\u030a\u0323 <|7|>\u0338 \u212b",
]
MANY = [f"<|{number}|>" for number in range(40)]  # more than are looked for one by one


def with_tokens(own, tokens, **options):
    """A tokenizer of pieces and merges, with more special tokens."""
    return BytePairTokenizer([*own[0], *tokens], own[1], special_tokens=(*SPECIAL, *tokens), **options)


TOKENIZERS = {
    "gpt2": BytePairTokenizer(*trained(), special_tokens=SPECIAL[2:]),
    "roberta": with_tokens(
        trained(),
        ["<mask>"],
        prefix_space=True,
        begin=True,
        end=True,
        strip_left=["<mask>"],
        strip_right=["</s>"],
    ),
    "llama3": with_tokens(
        trained("llama3"), MANY, pattern="llama3", whole_words=True, begin="<|endoftext|>", compose=True
    ),
}


@functools.cache
def files(name):
    """The tokenizer, its Keras model, and its files."""
    tokenizer = TOKENIZERS[name]
    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    model = keras.Model(codepoints, tokenization_layer(tokenizer)(codepoints))
    return tokenizer, model, runtimes.Files(model)


@pytest.mark.parametrize("name", ["roberta", "llama3"])
def test_every_runtime_gives_the_ids_of_the_tokenizer(name):
    tokenizer, _, written = files(name)
    groups = [*BATCHES, EDGES, *([text] for text in EDGES[3:8])]
    batches = [code_points(texts, max(map(len, texts)) + 1) for texts in groups]
    batches.append(np.random.default_rng(1).integers(-5, 0x110005, (50, 30)).astype(np.int32))
    groups.append(["".join(chr(c) if 0 <= c < 0x110000 else "\ufffd" for c in row) for row in batches[-1]])
    from_mobile = mobile_runtime.outputs(written.tflite, batches)
    for texts, batch, mobile in zip(groups, batches, from_mobile, strict=True):
        ids = expected_ids(tokenizer, texts)
        np.testing.assert_array_equal(written.keras_outputs(batch)[0], ids)
        np.testing.assert_array_equal(written.tflite_outputs(batch)[0], ids)
        np.testing.assert_array_equal(written.onnx_outputs(batch)[0], ids)
        np.testing.assert_array_equal(mobile, ids)


def test_saved_files_keep_the_tables():
    tokenizer, model, written = files("roberta")
    batch, expected = code_points(TEXTS), expected_ids(tokenizer, TEXTS)
    np.testing.assert_array_equal(written.saved_model_outputs(batch)[0], expected)
    for suffix in (".keras", ".h5"):
        np.testing.assert_array_equal(runtimes.keras_outputs(runtimes.round_trip(model, suffix), batch)[0], expected)


def test_config_twin_with_copied_weights():
    tokenizer = TOKENIZERS["roberta"]
    layer = BytePairTokenization.from_tokenizer(tokenizer, max_tokens=5)
    twin = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(twin(code_points(TEXTS)), tokenizer.pad(tokenizer.tokenize(TEXTS, max_tokens=5)))
    assert not layer.trainable_weights


def test_no_columns_and_no_rows():
    layer = tokenization_layer(TOKENIZERS["gpt2"])
    assert np.array(layer(np.zeros((2, 0), np.int32))).tolist() == [[-1], [-1]]
    assert np.array(layer(np.zeros((0, 4), np.int32))).shape == (0, 1)
    np.testing.assert_array_equal(layer(code_points(EDGES)), expected_ids(TOKENIZERS["gpt2"], EDGES))


@pytest.mark.parametrize("kind", ["learned in order", "in any order", "equal ranks"])
def test_merges_at_once_are_those_of_one_after_the_other(kind):
    """Merges that nobody trained: pieces that come late and go on early, rows of one letter, ties of spellings."""
    chance = random.Random(kind)
    for _ in range(6):
        spelled, pairs = list("abc"), []
        while len(pairs) < 24:
            left, right = chance.choice(spelled), chance.choice(spelled)
            if (left, right) not in pairs:
                pairs.append((left, right))
                spelled += [left + right] * (left + right not in spelled)
        if kind != "learned in order":
            chance.shuffle(pairs)
        ids = {piece: number for number, piece in enumerate(spelled)}
        ranks = merge_tables.ranks_of(pairs, ids)
        if kind == "equal ranks":  # as SentencePiece has them: the rank is that of the piece
            order = {piece: rank for rank, piece in enumerate(chance.sample(spelled, len(spelled)))}
            ranks = {
                (ids[left], ids[right]): (order[left + right], ids[left + right])
                for left in spelled
                for right in spelled
                if left + right in ids
            }
        tables = merge_tables.build(ranks)
        layer = layers.PairMerging(**layers.PairMerging.config_of(tables))
        layer.assign(tables)
        words = ["".join(chance.choice("aabc") for _ in range(chance.randint(1, 30))) for _ in range(60)] + ["a" * 50]
        flat = [ids[letter] for word in words for letter in word]
        begins = [place == 0 for word in words for place in range(len(word))]
        found, _ = tf.function(layer.__call__)(tf.constant(flat), tf.constant(begins))
        wanted = [piece for word in words for piece in pair_merges.merged([ids[c] for c in word], ranks)]
        assert found.numpy().tolist() == wanted


def test_rows_of_one_letter_take_few_rounds():
    """Else a text of 10,000 equal characters would take thousands."""
    tokenizer = BytePairTokenizer(*trained())
    layer = BytePairTokenization.from_tokenizer(tokenizer)
    rounds, merges = [], layer.merging._merges
    layer.merging._merges = lambda *given: rounds.append(1) or merges(*given)
    tf.config.run_functions_eagerly(True)
    try:
        ids = layer(code_points(["a" * 10_000])).numpy()[0]
    finally:
        tf.config.run_functions_eagerly(False)
    assert ids.tolist() == tokenizer.tokenize(["a" * 10_000])[0].tolist()
    assert len(rounds) < 20


def test_refused():
    with pytest.raises(ValueError, match="at least 2"):
        BytePairTokenization.from_tokenizer(TOKENIZERS["roberta"], max_tokens=1)
    pieces, merges = trained()
    with pytest.raises(ValueError, match="whole_words"):
        tokenization_layer(BytePairTokenizer([*pieces, "zzzz"], merges, whole_words=True))
    with pytest.raises(ValueError, match="`pattern`"):
        layers.ByteWords(pattern="gpt9", num_cells=3)


@pytest.mark.parametrize("pattern", word_patterns.PATTERNS)
def test_words_begin_where_the_rules_of_the_tokenizer_say(pattern):
    chance, rule = random.Random(1), word_patterns.PATTERNS[pattern]
    text = "".join(
        chance.choice("aé'sStTreELlvdm   \n\n\r\t\xa0\u3000.,(12३\u0301漢\u017f\0\ud800") for _ in range(20_000)
    )
    code_points = np.array([*map(ord, text), 0], np.int32)
    offsets, cells = word_patterns.classes()
    kind = cells[offsets[code_points >> word_patterns.PAGE_BITS] + code_points]
    found = word_beginnings.beginnings(tf.constant(code_points), tf.constant(kind), rule)
    np.testing.assert_array_equal(found, word_patterns.beginnings(code_points, rule))
