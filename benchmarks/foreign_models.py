"""Keras models written as their users write them, taken over: are their scores what they were, in every format?

Each begins with `TextVectorization`, is trained a little on the embedded data set, taken over by `from_keras`, exported to
every format and opened in its runtime; 400 texts of 28 languages in 16 scripts.
"""

import argparse
import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import results_file
import tensorflow as tf
from keras import layers

import keras_i18n as ki


def _model(train, body, **options):
    words = layers.TextVectorization(max_tokens=5000, **options)
    words.adapt(train.text)
    strings = keras.Input((1,), dtype="string")
    scores = layers.Dense(len(train.labels), activation="softmax")(body(words(strings), words.vocabulary_size()))
    return keras.Model(strings, scores)


def _sequential(train):
    words = layers.TextVectorization(max_tokens=5000, output_sequence_length=12)
    words.adapt(train.text)
    parts = [words, layers.Embedding(5000, 16), layers.Flatten(), layers.Dense(len(train.labels), activation="softmax")]
    return keras.Sequential([keras.Input((1,), dtype="string"), *parts])


def _attention(ids, size):
    vectors = layers.Embedding(size, 16, mask_zero=True)(ids)
    attended = layers.Add()([vectors, layers.MultiHeadAttention(2, 8)(vectors, vectors)])
    return layers.GlobalAveragePooling1D()(layers.LayerNormalization()(attended))


def _recurrent(kind):
    return lambda ids, size: layers.Bidirectional(kind(16))(layers.Embedding(size, 16, mask_zero=True)(ids))


MODELS = {
    "mean": lambda data: _model(
        data,
        lambda ids, size: layers.GlobalAveragePooling1D()(layers.Embedding(size, 16)(ids)),
        output_sequence_length=20,
    ),
    "Sequential": _sequential,
    "LSTM, masked": lambda data: _model(data, _recurrent(layers.LSTM)),
    "GRU, masked": lambda data: _model(data, _recurrent(layers.GRU)),
    "convolution of characters": lambda data: _model(
        data,
        lambda ids, size: layers.GlobalMaxPooling1D()(layers.Conv1D(32, 4)(layers.Embedding(size, 16)(ids))),
        split="character",
        output_sequence_length=60,
    ),
    "attention, masked": lambda data: _model(data, _attention, output_sequence_length=20),
    "multi_hot": lambda data: _model(data, lambda bag, _: bag, output_mode="multi_hot"),
    "tf_idf of pairs": lambda data: _model(data, lambda bag, _: bag, output_mode="tf_idf", ngrams=2),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=400, help="how many texts of the test part are compared")
    options = parser.parse_args()
    train, test = ki.datasets.sample("assistant")
    step = max(1, len(test.text) // options.texts)
    texts = list(test.text)[::step][: options.texts]
    figures = {"texts": len(texts), "largest difference": {}}
    for name, make in MODELS.items():
        keras.utils.set_random_seed(1)
        model = make(train)
        model.compile("adam", "sparse_categorical_crossentropy")
        labels = np.array([train.labels.index(label) for label in train.label])
        model.fit(tf.constant([[text] for text in train.text]), labels, epochs=2, batch_size=64, verbose=0)
        expected = model.predict(tf.constant([[text] for text in texts]), verbose=0)
        taken = ki.TextClassifier.from_keras(model, labels=train.labels)
        row = {"taken over": float(np.abs(taken.predict(texts) - expected).max())}
        with tempfile.TemporaryDirectory() as folder:
            ki.export(taken, folder)
            for kind, file in ki.export.FORMATS.items():
                found = ki.load_exported(f"{folder}/{file.file}").predict(texts)
                row[kind] = float(np.abs(found - expected).max())
        figures["largest difference"][name] = row
        told = ", ".join(f"{kind} {value:.1e}" for kind, value in row.items())
        print(f"{name:28} scores from {expected.min():.3f} to {expected.max():.3f}; {told}", flush=True)
    results_file.write("foreign_models", figures)


if __name__ == "__main__":
    main()
