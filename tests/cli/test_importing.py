"""`keras-i18n import` of files as Keras wrote them, in a process of its own; what cannot be taken over is named."""

import json
import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.layers import Add, Dense, Embedding, TextVectorization

import keras_i18n as ki
from keras_i18n.tokenizers import WordPieceTokenizer, to_tokenizer_json
from tests.cli.test_commands import run

TEXTS = ["Wake me up!", "will it rain?", "", "rain"]
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "wake", "me", "up", "rain", "##ing", "!", "it"]


def model_of(**options):
    keras.utils.set_random_seed(1)
    words = TextVectorization(vocabulary=["rain", "wake"], output_mode="multi_hot", **options)
    return keras.Sequential([keras.Input((1,), dtype="string"), words, Dense(2, activation="softmax")])


def of_ids(*names):
    keras.utils.set_random_seed(1)
    inputs = [keras.Input((None,), dtype="int32", name=name) for name in names]
    vectors = Embedding(len(PIECES), 8, embeddings_initializer="normal")(inputs[0])
    for tensor in inputs[2:]:
        vectors = Add()([vectors, Embedding(2, 8)(tensor)])
    pooled = ki.layers.GlobalAveragePooling1D()(vectors, mask=inputs[1])
    return keras.Model(inputs, Dense(2, activation="softmax")(pooled))


def imported(folder, model, *options, suffix=".keras", check=0):
    model.save(folder / f"theirs{suffix}")
    return run("import", folder / f"theirs{suffix}", folder / "own.keras", "--labels", "no,yes", *options, check=check)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_file_with_a_text_layer(suffix, tmp_path):
    model = model_of()
    imported(tmp_path, model, suffix=suffix)
    expected = np.array(model(tf.constant([[text] for text in TEXTS])))
    np.testing.assert_allclose(ki.load(tmp_path / "own.keras").predict(TEXTS), expected, atol=1e-6)


def test_a_task_of_keras_hub(tmp_path):
    models = pytest.importorskip("keras_hub").models
    tokenizer = models.BertTokenizer(vocabulary=PIECES)
    preprocessor = models.BertTextClassifierPreprocessor(tokenizer, sequence_length=12)
    sizes = {"num_layers": 1, "num_heads": 2, "hidden_dim": 8, "intermediate_dim": 12, "max_sequence_length": 12}
    backbone = models.BertBackbone(vocabulary_size=len(PIECES), **sizes)
    task = models.BertTextClassifier(backbone, num_classes=2, preprocessor=preprocessor, activation="softmax")
    chance = np.random.default_rng(1)
    for weight in task.weights:
        weight.assign_add(chance.normal(0, 0.5, weight.shape))
    imported(tmp_path, task)
    expected = task.predict(TEXTS, verbose=0)
    assert np.ptp(expected, axis=0).max() > 0.01
    np.testing.assert_allclose(ki.load(tmp_path / "own.keras").predict(TEXTS), expected, atol=1e-5)


def test_a_network_of_token_ids_with_its_tokenizer(tmp_path):
    to_tokenizer_json(WordPieceTokenizer(PIECES, begin=True, end=True), tmp_path / "tokenizer.json")
    network = of_ids("input_ids", "attention_mask")
    imported(tmp_path, network, "--tokenizer", tmp_path / "tokenizer.json")
    ids = np.array([[2, 5, 6, 7, 10, 3]], "int32")
    np.testing.assert_allclose(
        ki.load(tmp_path / "own.keras").predict(["Wake me up!"]), network([ids, np.ones_like(ids)]), atol=1e-6
    )


@keras.saving.register_keras_serializable("shops")
def shouted(text):
    return tf.strings.upper(text)


def at_hyphens(text):
    return tf.strings.split(text, "-")


class Reviews(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = model_of()

    def call(self, texts):
        return self.inner(texts)


def without_vocabulary():
    return keras.Sequential([keras.Input((1,), dtype="string"), TextVectorization(), Embedding(9, 2)])


def reviews():
    model = Reviews()
    model(tf.constant([["rain"]]))
    return model


@pytest.mark.parametrize(
    ("make", "suffix", "message"),
    [
        (lambda: model_of(standardize=shouted), ".keras", "'shops>shouted' as `standardize`.*standardize=None or"),
        (lambda: model_of(standardize=shouted), ".h5", "shouted' as `standardize`.*standardize=None or"),
        (
            lambda: model_of(split=at_hyphens),
            ".keras",
            "'at_hyphens' as `split`.*one of \\['character', 'whitespace'\\]",
        ),
        (lambda: model_of(standardize=lambda text: text), ".keras", "function 'lambda'"),
        (without_vocabulary, ".keras", "must have a vocabulary.*no token.*layer.adapt"),
        (reviews, ".keras", "class 'Reviews'.*pass it: TextClassifier.from_keras"),
        (lambda: of_ids("input_ids", "attention_mask"), ".keras", "one input, of strings.*tokenizer="),
    ],
)
def test_what_is_code_or_has_no_text_is_named(make, suffix, message, tmp_path):
    out = imported(tmp_path, make(), suffix=suffix, check=1).stderr
    assert re.search(message, " ".join(out.split())), out
    assert not (tmp_path / "own.keras").exists()


def changed(found, *path, value):
    for key in path[:-1]:
        found = found[key]
    found[path[-1]] = value


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("model", "unk_token"), "<unk>", "`unknown`.*'<unk>'"),
        (("pre_tokenizer",), {"type": "Whitespace"}, "pre_tokenizer must be a BertPreTokenizer.*Whitespace"),
    ],
)
def test_a_tokenizer_that_does_not_fit_is_named(path, value, message, tmp_path):
    to_tokenizer_json(WordPieceTokenizer(PIECES), tmp_path / "tokenizer.json")
    found = json.loads((tmp_path / "tokenizer.json").read_text())
    changed(found, *path, value=value)
    (tmp_path / "tokenizer.json").write_text(json.dumps(found))
    network = of_ids("input_ids", "attention_mask")
    out = imported(tmp_path, network, "--tokenizer", tmp_path / "tokenizer.json", check=1).stderr
    assert re.search(message, " ".join(out.split())), out


def test_an_input_that_nobody_fills_is_named(tmp_path):
    to_tokenizer_json(WordPieceTokenizer(PIECES), tmp_path / "tokenizer.json")
    network = of_ids("input_ids", "attention_mask", "positions")
    out = imported(tmp_path, network, "--tokenizer", tmp_path / "tokenizer.json", check=1).stderr
    assert "nobody fills ['positions']" in " ".join(out.split())
