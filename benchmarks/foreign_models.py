"""Keras models written as their users write them, taken over: are their scores what they were, in every format?

Nine begin with `TextVectorization`, one of them subclassed; six are text classifiers of KerasHub with their preprocessors. Each is trained a
little on the embedded data set, taken over by `from_keras`, exported to every format and opened in its runtime, in another
process; 400 texts of 28 languages in 16 scripts.
"""

import argparse
import json
import os
import subprocess
import sys
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


class Subclassed(keras.Model):
    """A model as a class: what it does stands in its `call`."""

    def __init__(self, train):
        super().__init__()
        self.words = layers.TextVectorization(max_tokens=5000)
        self.words.adapt(train.text)
        self.embedding = layers.Embedding(5000, 16, mask_zero=True)
        self.recurrent = layers.GRU(16)
        self.dropout = layers.Dropout(0.1)
        self.scores = layers.Dense(len(train.labels), activation="softmax")

    def call(self, strings, training=False):
        vectors = keras.ops.tanh(self.recurrent(self.embedding(self.words(strings))))
        return self.scores(self.dropout(vectors, training=training))


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
    "subclassed": Subclassed,
    "tf_idf of pairs": lambda data: _model(data, lambda bag, _: bag, output_mode="tf_idf", ngrams=2),
}


SIZES = {"num_layers": 2, "num_heads": 2, "hidden_dim": 32, "intermediate_dim": 64, "max_sequence_length": 64}


def _characters(data):
    return sorted(set("".join(data.text)) - {" "})


def _word_pieces(kind, data):
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = sorted({word for text in data.text for word in text.split()})[:3000]
    pieces += [*_characters(data), *(f"##{character}" for character in _characters(data)), *words]
    return kind(vocabulary=list(dict.fromkeys(pieces)))


def _byte_pairs(kind, data):
    """Trained by Hugging Face's `tokenizers`."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special, alphabet = ["<s>", "<pad>", "</s>", "<mask>"], pre_tokenizers.ByteLevel.alphabet()
    options = {"vocab_size": 3000, "special_tokens": special, "initial_alphabet": alphabet, "show_progress": False}
    trained.train_from_iterator(data.text, trainers.BpeTrainer(**options))
    model = json.loads(trained.to_str())["model"]
    return kind(vocabulary=model["vocab"], merges=[" ".join(pair) for pair in model["merges"]])


def _sentence_pieces(kind, data, symbols=()):
    """Trained by the sentencepiece library."""
    import io

    import sentencepiece

    file = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(data.text),
        model_writer=file,
        vocab_size=3000,
        hard_vocab_limit=False,
        control_symbols=list(symbols),
        minloglevel=2,
    )
    return kind(proto=file.getvalue())


def _task(data, name, tokenizer, **options):
    """A text classifier of KerasHub with its preprocessor."""
    from keras_hub import models

    preprocessor = getattr(models, f"{name}TextClassifierPreprocessor")(tokenizer, sequence_length=48)
    sizes = {**SIZES, **options, "vocabulary_size": tokenizer.vocabulary_size()}
    backbone = getattr(models, f"{name}Backbone")(**sizes)
    for weight in backbone.weights:  # they begin so small that all texts would score alike
        if len(weight.shape) > 1:
            weight.assign(4 * weight)
    kind = getattr(models, f"{name}TextClassifier")
    return kind(backbone, num_classes=len(data.labels), preprocessor=preprocessor, activation="softmax")


def _keras_hub(name, pieces, *symbols, **options):
    def make(data):
        from keras_hub import models

        kind = getattr(models, f"{name}Tokenizer")
        return _task(data, name, pieces(kind, data, *symbols), **options)

    return make


MODELS |= {
    "KerasHub BERT": _keras_hub("Bert", _word_pieces),
    "KerasHub DistilBERT": _keras_hub("DistilBert", _word_pieces),
    "KerasHub RoBERTa": _keras_hub("Roberta", _byte_pairs),
    "KerasHub XLM-R": _keras_hub("XLMRoberta", _sentence_pieces),
    "KerasHub ALBERT": _keras_hub("Albert", _sentence_pieces, ("[CLS]", "[SEP]", "<pad>", "[MASK]"), embedding_dim=16),
    "KerasHub DeBERTa-v3": _keras_hub("DebertaV3", _sentence_pieces, ("[CLS]", "[SEP]", "[PAD]"), bucket_size=16),
}


def _given(model, texts):
    """What a model is called with: strings, or what its preprocessor makes of them as `predict` does."""
    if not hasattr(model, "preprocessor"):
        return tf.constant([[text] for text in texts])
    if hasattr(model.preprocessor.tokenizer, "proto"):  # inside of a graph it loses its SentencePiece model
        return model.preprocessor(texts)
    return tf.function(model.preprocessor)(tf.constant(texts))


OPENED = """
import json, sys, numpy as np, keras_i18n as ki
files, texts = json.load(open(sys.argv[1], encoding="utf-8"))
np.savez(sys.argv[2], **{kind: ki.load_exported(path).predict(texts) for kind, path in files.items()})
"""


def _opened(folder, texts):
    """Format -> scores, from files opened in a process that knows nothing of the model."""
    files = {kind: f"{folder}/{file.file}" for kind, file in ki.export.FORMATS.items()}
    with open(f"{folder}/asked.json", "w", encoding="utf-8") as asked:
        json.dump([files, texts], asked)
    subprocess.run([sys.executable, "-c", OPENED, f"{folder}/asked.json", f"{folder}/found.npz"], check=True)
    with np.load(f"{folder}/found.npz") as found:
        return {kind: found[kind] for kind in files}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=400, help="how many texts of the test part are compared")
    parser.add_argument("--models", nargs="*", default=list(MODELS), help="which of them; figures of others stay")
    parser.add_argument("--epochs", type=int, default=4, help="of the training before")
    options = parser.parse_args()
    train, test = ki.datasets.sample("assistant")
    step = max(1, len(test.text) // options.texts)
    texts = list(test.text)[::step][: options.texts]
    figures = results_file.read("foreign_models") or {"largest difference": {}}
    figures["texts"] = len(texts)
    figures.setdefault("spread", {})
    for name in options.models:
        keras.utils.set_random_seed(1)
        model = MODELS[name](train)
        labels = np.array([train.labels.index(label) for label in train.label])
        plain = model
        if hasattr(model, "preprocessor"):  # a task of KerasHub would tokenize by itself
            plain = keras.Model(model.inputs, model.outputs)
        plain.compile("adam", "sparse_categorical_crossentropy")
        plain.fit(_given(model, list(train.text)), labels, epochs=options.epochs, batch_size=64, verbose=0)
        expected = plain.predict(_given(model, texts), verbose=0)
        taken = ki.TextClassifier.from_keras(model, labels=train.labels)
        row = {"taken over": float(np.abs(taken.predict(texts) - expected).max())}
        with tempfile.TemporaryDirectory() as folder:
            ki.export(taken, folder)
            row |= {kind: float(np.abs(found - expected).max()) for kind, found in _opened(folder, texts).items()}
        figures["largest difference"][name] = row
        # of the label that differs most between texts, the largest score less the smallest
        figures["spread"][name] = round(float(np.ptp(expected, axis=0).max()), 3)
        told = ", ".join(f"{kind} {value:.1e}" for kind, value in row.items())
        print(f"{name:28} scores of a label differ by {figures['spread'][name]}; {told}", flush=True)
        results_file.write("foreign_models", figures)


if __name__ == "__main__":
    main()
