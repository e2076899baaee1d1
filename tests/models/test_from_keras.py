"""Keras models of strings, taken over: their scores, from files too, in every format."""

import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.layers import (
    LSTM,
    Add,
    Bidirectional,
    Conv1D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    GlobalMaxPooling1D,
    MultiHeadAttention,
    StringLookup,
    TextVectorization,
)

import keras_i18n as ki
from keras_i18n.tokenizers import conformance

TEXTS = ["wake me up at six", "Will it rain, tomorrow?", "play some music!", *conformance.REAL[:9]]
LABELS = ["alarm", "weather", "music"]


def vectorization(**options):
    layer = TextVectorization(**options)
    layer.adapt(TEXTS)
    return layer


def functional(body, *, activation="softmax", **options):
    """Strings -> the body on ids -> three scores."""
    words = vectorization(**options)
    strings = keras.Input((1,), dtype="string")
    scores = Dense(3, activation=activation)(body(words(strings), words.vocabulary_size()))
    return keras.Model(strings, scores)


def attended(ids, size):
    vectors = Embedding(size, 8, mask_zero=True)(ids)
    return GlobalAveragePooling1D()(Add()([vectors, MultiHeadAttention(2, 4)(vectors, vectors)]))


def nested():
    """A network of ids that was trained by itself, and the text layer put before it."""
    words = vectorization(output_sequence_length=8)
    network = keras.Sequential([keras.Input((8,)), Embedding(words.vocabulary_size(), 4), Flatten(), Dense(3)])
    return keras.Sequential([keras.Input((1,), dtype="string"), words, network, keras.layers.Softmax()])


MODELS = {
    "mean of a fixed length": lambda: functional(
        lambda ids, size: GlobalAveragePooling1D()(Dropout(0.3)(Embedding(size, 8)(ids))), output_sequence_length=9
    ),
    "masked and recurrent": lambda: functional(
        lambda ids, size: Bidirectional(LSTM(5))(Embedding(size, 8, mask_zero=True)(ids))
    ),
    "convolution of characters": lambda: functional(
        lambda ids, size: GlobalMaxPooling1D()(Conv1D(6, 3)(Embedding(size, 8)(ids))),
        output_sequence_length=20,
        split="character",
    ),
    "masked attention": lambda: functional(attended, output_sequence_length=9),
    "weighted words and pairs": lambda: functional(lambda bag, _: bag, output_mode="tf_idf", ngrams=2),
    "a network in it": nested,
}


def randomised(model):
    keras.utils.set_random_seed(1)
    for weight in model.weights:
        if "float" in weight.dtype:
            weight.assign(np.random.default_rng(1).normal(0, 0.4, weight.shape))
    return model


def scores_of(model):
    return np.array(model(tf.constant([[text] for text in TEXTS])))


@pytest.mark.parametrize("name", MODELS)
def test_scores_are_those_of_the_model(name):
    model = randomised(MODELS[name]())
    expected = scores_of(model)
    assert np.ptp(expected, axis=0).max() > 0.05
    taken = ki.TextClassifier.from_keras(model, labels=LABELS)
    np.testing.assert_allclose(taken.predict(TEXTS), expected, atol=1e-5)
    np.testing.assert_allclose(scores_of(model), expected, atol=0, err_msg="the model itself was changed")
    assert np.isfinite(taken.predict([""])).all()


def test_every_format(tmp_path):
    model = randomised(MODELS["masked attention"]())
    taken = ki.TextClassifier.from_keras(model, labels=LABELS, languages=["en"])
    ki.export(taken, tmp_path)
    for format in ki.export.FORMATS.values():
        runner = ki.load_exported(tmp_path / format.file)
        np.testing.assert_allclose(runner.predict(TEXTS), scores_of(model), atol=1e-5, err_msg=format.file)
    taken.save(tmp_path / "own.keras")
    np.testing.assert_allclose(ki.load(tmp_path / "own.keras").predict(TEXTS), scores_of(model), atol=1e-5)


def test_from_files(tmp_path):
    model = randomised(MODELS["mean of a fixed length"]())
    model.save(tmp_path / "theirs.keras")
    taken = ki.TextClassifier.from_keras(tmp_path / "theirs.keras", labels=LABELS)
    np.testing.assert_allclose(taken.predict(TEXTS), scores_of(model), atol=1e-5)
    words = TextVectorization(vocabulary=["wake", "rain"], output_mode="count")
    model = keras.Sequential([keras.Input((1,), dtype="string"), words, Dense(4)])
    model.save(tmp_path / "theirs.h5")
    encoder = ki.TextEncoder.from_keras(tmp_path / "theirs.h5", languages=["en"])
    np.testing.assert_allclose(encoder.encode(TEXTS), scores_of(model), atol=1e-5)


def test_one_output_for_two_labels():
    model = randomised(
        keras.Sequential(
            [keras.Input((1,), dtype="string"), vectorization(output_mode="multi_hot"), Dense(1, activation="sigmoid")]
        )
    )
    taken = ki.TextClassifier.from_keras(model, labels=["bad", "good"])
    np.testing.assert_allclose(taken.predict(TEXTS), np.hstack([1 - scores_of(model), scores_of(model)]), atol=1e-6)


def test_logits():
    model = randomised(functional(lambda bag, _: bag, activation=None, output_mode="multi_hot"))
    taken = ki.TextClassifier.from_keras(model, labels=LABELS, logits=True)
    np.testing.assert_allclose(taken.predict(TEXTS), tf.nn.softmax(scores_of(model)), atol=1e-6)
    several = ki.TextClassifier.from_keras(model, labels=LABELS, logits=True, multi_label=True)
    np.testing.assert_allclose(several.predict(TEXTS), tf.sigmoid(scores_of(model)), atol=1e-6)


def shouted(text):
    return tf.strings.upper(text)


def of_ids():
    ids = keras.Input((None,), dtype="int32")
    return keras.Model(ids, GlobalMaxPooling1D()(Embedding(5, 3)(ids)))


def two_inputs():
    one, other = keras.Input((), dtype="string"), keras.Input((2,), name="metadata")
    ids = vectorization(output_sequence_length=3)(one)
    return keras.Model([one, other], keras.layers.Concatenate()([Flatten()(Embedding(90, 2)(ids)), other]))


def with_function():
    return functional(lambda bag, _: bag, output_mode="multi_hot", standardize=shouted)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (of_ids, r"take strings.*Embedding.*tokenizer="),
        (two_inputs, "'metadata'"),
        (with_function, "`standardize`.*'shouted'.*standardize=None"),
        (lambda: keras.Sequential([vectorization(), Embedding(50, 3)]), "that was built"),
    ],
)
def test_refused(model, message):
    with pytest.raises(ValueError, match=message):
        ki.TextEncoder.from_keras(model())


def test_a_padded_batch_that_changes_answers_is_refused():
    model = randomised(functional(lambda ids, size: GlobalAveragePooling1D()(Embedding(size, 8)(ids))))
    with pytest.raises(ValueError, match="alone as in a batch"):
        ki.TextClassifier.from_keras(model, labels=LABELS)


def test_files_that_are_refused(tmp_path):
    (tmp_path / "broken.keras").write_bytes(b"no archive")
    with pytest.raises(ValueError, match=r"broken\.keras"):
        ki.TextEncoder.from_keras(tmp_path / "broken.keras")
    with pytest.raises(FileNotFoundError):
        ki.TextEncoder.from_keras(tmp_path / "missing.keras")
    words = StringLookup(vocabulary=["wake"], output_mode="count")
    model = keras.Sequential([keras.Input((1,), dtype="string"), words, Dense(4)])
    model.save(tmp_path / "theirs.keras")
    # a vocabulary that names a file of the machine is no data
    with zipfile.ZipFile(tmp_path / "theirs.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    changed = members["config.json"].replace(b'"vocabulary": ["wake"]', b'"vocabulary": "/etc/passwd"')
    assert changed != members["config.json"]
    with zipfile.ZipFile(tmp_path / "hostile.keras", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, changed if name == "config.json" else content)
    with pytest.raises(ValueError, match=r"hostile\.keras.*StringLookup"):
        ki.TextEncoder.from_keras(tmp_path / "hostile.keras")
