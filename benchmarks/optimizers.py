"""Time of a training step under `fit`, Keras' Adam beside the row-wise one, on real text.

The model is an embedding table, a masked mean and a softmax over the topics of SIB-200 in 205 languages; words and
character n-grams (3 to 5) are hashed into the rows. Both optimisers train in the same process, in turns; a step is
the median over the steps of all turns, told by a callback. Two rows tell what the layer does to it: the
table of this package, and Keras' own `Embedding`.
"""

import argparse
import json
import os
import sys
import time
import zlib

import numpy as np
import open_data

sys.path.insert(0, str(open_data.REPOSITORY))
TABLES = {"250k x 128": (250_000, 128), "1M x 64": (1_000_000, 64)}
GOALS = {"250k x 128": 4.0, "1M x 64": 8.0}


def hashed(text, num_rows, max_tokens):
    words = [f"<{word}>" for word in text.lower().split()]
    parts = words + [
        word[begin : begin + size] for word in words for size in (3, 4, 5) for begin in range(len(word) - size)
    ]
    return [zlib.crc32(part.encode()) % num_rows for part in parts[:max_tokens]]


def read(num_rows, num_texts, max_tokens):
    rows = list(open_data.rows("sib200/train.tsv.xz"))
    np.random.default_rng(1).shuffle(rows)
    token_ids = np.full((num_texts, max_tokens), -1, "int32")
    labels = sorted({row["label"] for row in rows})
    for number, row in enumerate(rows[:num_texts]):
        ids = hashed(row["text"], num_rows, max_tokens)
        token_ids[number, : len(ids)] = ids
    return token_ids, np.array([labels.index(row["label"]) for row in rows[:num_texts]])


def build(num_rows, dim, optimizer, layer):
    import keras

    from keras_i18n import layers

    keras.utils.set_random_seed(1)
    token_ids = keras.Input((None,), dtype="int32")
    mask = layers.PaddingMask()(token_ids)
    if layer == "keras":
        shifted = keras.layers.Lambda(lambda ids: keras.ops.maximum(ids, 0), output_shape=lambda shape: shape)(
            token_ids
        )
        x = keras.layers.Embedding(num_rows, dim)(shifted)
    else:
        x = layers.MultilingualEmbedding(num_rows, dim)(token_ids)
    x = keras.layers.Dense(7, activation="softmax")(layers.MaskedMean()(x, mask=mask))
    model = keras.Model(token_ids, x)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model


def step_times(model, token_ids, labels, batch_size):
    import keras

    class Clock(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.begin = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            times.append(1e3 * (time.perf_counter() - self.begin))

    times = []
    model.fit(token_ids, labels, batch_size=batch_size, verbose=0, shuffle=False, callbacks=[Clock()])
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", nargs="+", default=list(TABLES), choices=list(TABLES), metavar="TABLE")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--steps", type=int, default=9, help="steps of a turn")
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()

    import keras

    from keras_i18n import optimizers

    kinds = {
        ("Keras Adam", "ours"): lambda: keras.optimizers.Adam(1e-3),
        ("RowwiseAdam", "ours"): lambda: optimizers.RowwiseAdam(1e-3),
        ("RowwiseAdagrad", "ours"): lambda: optimizers.RowwiseAdagrad(1e-2),
        ("Keras Adam", "keras"): lambda: keras.optimizers.Adam(1e-3),
        ("RowwiseAdam", "keras"): lambda: optimizers.RowwiseAdam(1e-3),
    }
    results = []
    print(f"{'table':12} {'optimizer':15} {'embedding layer':22} {'ms a step':>9} {'times Keras':>11}")
    for table in arguments.tables:
        num_rows, dim = TABLES[table]
        token_ids, labels = read(num_rows, arguments.batch_size * arguments.steps, arguments.max_tokens)
        models = {kind: build(num_rows, dim, make(), kind[1]) for kind, make in kinds.items()}
        times = {kind: [] for kind in kinds}
        for model in models.values():  # tracing is not timed
            step_times(
                model, token_ids[: 3 * arguments.batch_size], labels[: 3 * arguments.batch_size], arguments.batch_size
            )
        for _ in range(arguments.turns):
            for kind, model in models.items():
                times[kind] += step_times(model, token_ids, labels, arguments.batch_size)[1:]
        for optimizer, layer in kinds:
            milliseconds = float(np.median(times[optimizer, layer]))
            ratio = float(np.median(times["Keras Adam", layer])) / milliseconds
            name = {"ours": "MultilingualEmbedding", "keras": "keras.layers.Embedding"}[layer]
            row = {"table": table, "optimizer": optimizer, "layer": name, "ms": round(milliseconds, 2)}
            results.append({**row, "times_keras": round(ratio, 2)})
            print(f"{table:12} {optimizer:15} {name:22} {milliseconds:9.2f} {ratio:11.1f}", flush=True)
        print(
            f"{table:12} goal: RowwiseAdam {GOALS[table]:.0f} times as fast; rows used in a batch: "
            f"{len(np.unique(token_ids[: arguments.batch_size]))}"
        )
    path = open_data.REPOSITORY / "benchmarks" / "results" / "optimizers.json"
    path.parent.mkdir(exist_ok=True)
    content = {
        "batch_size": arguments.batch_size,
        "max_tokens": arguments.max_tokens,
        "processors": os.cpu_count(),
        "rows": results,
    }
    path.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
