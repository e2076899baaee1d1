"""TextVectorization as data: the very ids of the Keras layer, its weaknesses among them."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_i18n.tokenizers import TextVectorizationTokenizer, clean_text, conformance, from_text_vectorization
from tests.tokenizers.vocabularies import TEXTS

OPTIONS = {
    "default": {},
    "lower": {"standardize": "lower", "output_sequence_length": 7},
    "strip": {"standardize": "strip_punctuation", "ngrams": (2, 1)},
    "nothing done": {"standardize": None, "ngrams": 3},
    "characters": {"split": "character"},
    "pairs of characters": {"split": "character", "standardize": "lower", "ngrams": 2},
    "whole texts": {"split": None},
    "bag": {"output_mode": "count"},
}
EDGES = [
    *(
        "",
        " ",
        ".",
        "[UNK]",
        "  a\tb\x0bc\x85d\u3000e",
        "DON'T don’t",
        "É é ẞ ß İ",
        "a b " * 60,
        "x" * 300,
        "a\0b",
        "a\0",
    ),
    *conformance.REAL,
]


def layer_of(options):
    layer = keras.layers.TextVectorization(**options)
    layer.adapt([clean_text(text) for text in (*TEXTS, *EDGES[3:-4])])
    return layer


LAYERS = {name: layer_of(options) for name, options in OPTIONS.items()}
TOKENIZERS = {name: from_text_vectorization(layer) for name, layer in LAYERS.items()}


def assert_equal(name, texts):
    layer, tokenizer = LAYERS[name], TOKENIZERS[name]
    texts = [clean_text(text) for text in texts]
    expected = layer(tf.constant([[text] for text in texts])).numpy()
    sequences = tokenizer.tokenize(texts)
    if OPTIONS[name].get("output_mode") == "count":
        found = np.array([np.bincount(ids, minlength=tokenizer.vocabulary_size) for ids in sequences])
    else:
        found = np.zeros_like(expected)
        for row, ids in zip(found, sequences, strict=True):
            row[: len(ids)] = ids
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", OPTIONS)
def test_ids_are_those_of_the_layer(name):
    every = "".join(map(chr, range(1, 0x250)))
    assert_equal(name, [*TEXTS, *EDGES, every, *(f"a{c}B" for c in every)])
    assert list(TOKENIZERS[name].pieces) == [str(token) for token in LAYERS[name].get_vocabulary()]
    assert TOKENIZERS[name].vocabulary_size == LAYERS[name].vocabulary_size()


characters = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("aAbB .,!'\t\n\x0b\x85é"))


@settings(max_examples=60, deadline=None)
@given(st.lists(characters, max_size=30).map("".join), st.sampled_from(sorted(OPTIONS)))
def test_any_text(text, name):
    assert_equal(name, [text])


@pytest.mark.parametrize("mask_token", ["", None])
def test_string_lookup(mask_token):
    layer = keras.layers.StringLookup(vocabulary=["a b", "É"], mask_token=mask_token)
    texts = ["a b", "É", "é", "", " ", "[UNK]"]
    sequences = from_text_vectorization(layer).tokenize(texts)
    assert [ids.tolist() or [0] for ids in sequences] == layer(tf.constant(texts)).numpy()[:, None].tolist()


def test_weaknesses_are_told():
    assert len(conformance.weaknesses(TOKENIZERS["default"])) == 6
    assert len(conformance.weaknesses(TOKENIZERS["characters"])) == 3


def test_files(tmp_path):
    tokenizer = TOKENIZERS["strip"]
    tokenizer.save(tmp_path / "x.tokenizer")
    again = TextVectorizationTokenizer.load(tmp_path / "x.tokenizer")
    assert again.digest == tokenizer.digest
    assert again.get_config() == tokenizer.get_config()


def shouted(text):
    return tf.strings.upper(text)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (lambda: keras.layers.TextVectorization(standardize=shouted, vocabulary=["a"]), "`standardize`.*'shouted'"),
        (
            lambda: keras.layers.TextVectorization(split=tf.strings.split, vocabulary=["a"]),
            "`split`.*'string_split_v2'",
        ),
        (lambda: keras.layers.TextVectorization(ragged=True, vocabulary=["a"]), "ragged=True"),
        (lambda: keras.layers.TextVectorization(encoding="latin-1", vocabulary=["a"]), "encoding='latin-1'"),
        (lambda: keras.layers.TextVectorization(), "adapt"),
        (lambda: keras.layers.TextVectorization(output_mode="one_hot", vocabulary=["a"]), "one_hot"),
        (lambda: keras.layers.StringLookup(vocabulary=["a"], num_oov_indices=2), "num_oov_indices"),
        (lambda: keras.layers.StringLookup(vocabulary=["a"], mask_token="m"), "mask token"),
        (lambda: keras.layers.StringLookup(vocabulary=["a"], invert=True), "invert"),
    ],
)
def test_layers_that_are_refused(layer, message):
    with pytest.raises(ValueError, match=message):
        from_text_vectorization(layer())


def test_refused():
    with pytest.raises(TypeError, match="TextVectorization or a StringLookup"):
        from_text_vectorization(keras.layers.Dense(3))
    for vocabulary, options, message in (
        (["a", "a"], {}, "as token 1"),
        ([""], {}, "as token 0"),
        ("abc", {}, "sequence"),
        (["a"], {"standardize": "upper"}, "`standardize`"),
        (["a"], {"split": "words"}, "`split`"),
        (["a"], {"ngrams": 0}, "`ngrams`"),
        (["a"], {"ngrams": 2, "split": None}, "`split`"),
        (["a"], {"max_tokens": 0}, "`max_tokens`"),
        (["a"], {"mask": 1}, "`mask`"),
    ):
        with pytest.raises(ValueError, match=message):
            TextVectorizationTokenizer(vocabulary, **options)
