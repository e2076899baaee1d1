"""Words a second in the training of a pooling classifier, beside fastText on the same texts in the same run.

Both see SIB-200 train in 80 languages, words and character n-grams of 3 to 5, vectors of 64 numbers, on all cores that
the process has. The time is that of the whole training, reading and tokenising included. Then the time of a step is
taken apart: n-grams, batches, forward pass, gradient, update. The update limits it: a step finds the distinct rows of
some 36,000 n-grams, adds up their parts and writes them back, where fastText's threads write a row at a time, unlocked.

    pip install fasttext-numpy2
"""

import argparse
import os
import pathlib
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import hashed_text_model
import numpy as np
import open_data
import results_file
import tensorflow as tf

import keras_i18n as ki
from keras_i18n import optimizers
from keras_i18n.training.batches.bucketed_batches import BucketedBatches

_BUCKETS, _DIM = 2_000_000, 64


def peer_seconds(rows, epochs):
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "train.txt"
        path.write_text("".join(f"__label__{row['label']} {row['text']}\n" for row in rows), "utf-8")
        began = time.perf_counter()
        fasttext.train_supervised(
            str(path),
            minn=3,
            maxn=5,
            epoch=epochs,
            lr=0.5,
            dim=_DIM,
            bucket=_BUCKETS,
            thread=len(os.sched_getaffinity(0)),
            verbose=0,
        )
        return time.perf_counter() - began


def our_model(labels):
    tokenizer = ki.tokenizers.NgramTokenizer(num_buckets=_BUCKETS, word_lengths=(1,), ngram_lengths=(3, 4, 5))
    network = hashed_text_model.build(_BUCKETS, _DIM, len(labels))
    return ki.TextClassifier(tokenizer=tokenizer, network=network, labels=labels)


def our_seconds(dataset, epochs, batch_size):
    model = our_model(dataset.labels)
    began = time.perf_counter()
    model.fit(
        dataset,
        trainable="all",
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=0.1,
        optimizer=optimizers.RowwiseAdagrad(0.1, accumulator="row"),
        verbose=0,
    )
    return time.perf_counter() - began


def parts_of_a_step(dataset, batch_size, steps=60):
    """Milliseconds of a step's parts, medians over batches."""
    model = our_model(dataset.labels)
    network, optimizer = model.network, optimizers.RowwiseAdagrad(0.1, accumulator="row")
    optimizer.build(network.trainable_variables)
    texts = dataset.text[: steps * batch_size]
    began = time.perf_counter()
    sequences = model.tokenize(texts)
    tokenizing = (time.perf_counter() - began) / steps
    places = {label: place for place, label in enumerate(dataset.labels)}
    targets = np.eye(len(places), dtype="float32")[[places[label] for label in dataset.label[: len(texts)]]]
    batches = BucketedBatches(sequences, targets, batch_size=batch_size, collate=model.tokenizer.pad)
    loss_of = tf.keras.losses.CategoricalCrossentropy()

    @tf.function(reduce_retracing=True)
    def forward(ids, wanted):
        return loss_of(wanted, network(ids, training=True))

    def gradients(ids, wanted):
        with tf.GradientTape() as tape:
            loss = loss_of(wanted, network(ids, training=True))
        return tape.gradient(loss, [variable.value for variable in network.trainable_variables])

    @tf.function(reduce_retracing=True)
    def backward(ids, wanted):
        return [part.values if isinstance(part, tf.IndexedSlices) else part for part in gradients(ids, wanted)]

    @tf.function(reduce_retracing=True)
    def update(ids, wanted):
        optimizer.apply(gradients(ids, wanted), network.trainable_variables)
        return optimizer.iterations.value + 0

    seconds = {name: [] for name in ("batch", "forward", "forward_and_gradient", "whole_step")}
    for place in range(len(batches)):
        began = time.perf_counter()
        ids, wanted = batches[place][:2]
        seconds["batch"].append(time.perf_counter() - began)
        arguments = tf.constant(ids), tf.constant(wanted)
        for name, run in (("forward", forward), ("forward_and_gradient", backward), ("whole_step", update)):
            began = time.perf_counter()
            tf.nest.map_structure(lambda value: value.numpy(), run(*arguments))
            seconds[name].append(time.perf_counter() - began)
    medians = {name: round(1000 * float(np.median(values)), 2) for name, values in seconds.items()}
    return {
        "n_grams": round(1000 * tokenizing, 2),
        **medians,
        "tokens": int(np.mean([len(s) for s in sequences]) * batch_size),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--languages", type=int, default=80, help="take the first so many")
    options = parser.parse_args()
    rows = list(open_data.rows("sib200/train.tsv.xz"))
    tags = sorted({row["lang"] for row in rows})[: options.languages]
    rows = [row for row in rows if row["lang"] in tags]
    order = np.random.default_rng(1).permutation(len(rows))  # fastText reads its lines in order
    rows = [rows[place] for place in order]
    dataset = ki.datasets.from_lists([row["text"] for row in rows], [row["label"] for row in rows], language="und")
    words = sum(len(row["text"].split()) for row in rows) * options.epochs
    peer = words / peer_seconds(rows, options.epochs)
    ours = words / our_seconds(dataset, options.epochs, options.batch_size)
    figures = {
        "words": words,
        "fasttext_words_per_second": round(peer),
        "words_per_second": round(ours),
        "ratio": round(ours / peer, 3),
        "milliseconds_of_a_step": parts_of_a_step(dataset, options.batch_size),
        "cores": len(os.sched_getaffinity(0)),
        "batch_size": options.batch_size,
        "epochs": options.epochs,
    }
    for name, value in figures.items():
        print(f"{name:28} {value}")
    results_file.write("training_throughput", figures)


if __name__ == "__main__":
    main()
