"""Recurrent classifiers, trained on real text, in three runtimes and three precisions: how far from Keras they are.

For each kind of recurrent layer: a small model that tells fourteen related languages apart (sentences of SIB-200,
words hashed to ids, right padding; the outputs of all tokens averaged) is trained, its weights are carried into
Keras' own layer and compared, then it is exported once for each precision and asked about every other dev text, in
batches of changing size and length. Weights are stored as `keras_i18n.export` stores them: in int8 the table is a
`FewBitRows`, matrices of 65,536 numbers or more are bytes with a step an output, and smaller ones, as a recurrent
layer of 48 units has them, are float16; `--units 160` has its matrices in bytes. A row tells the largest difference of a probability from Keras and the share of
texts that keep their label. A Flex or custom operator ends the run.
"""

import argparse
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import zlib

import numpy as np
import open_data

sys.path.insert(0, str(open_data.REPOSITORY))

LANGUAGES = ("es", "pt", "gl", "ca", "it", "fr", "oc", "ro", "cs", "sk", "pl", "da", "nb", "sv")
BUCKETS = 4000
LIMITS = {"float32": 1e-5, "float16": 1e-2, "int8": 5e-2}
MINIMUM_AGREEMENT = 0.99
MOBILE_PYTHON = open_data.REPOSITORY / ".venvs" / "tflite_runtime" / "bin" / "python"

# name -> the recurrent part, given the room that the layers come from (this package's, or Keras' own)
KINDS = {
    "LSTM": lambda room, x, mask, options: room.LSTM(**options)(x, mask=mask),
    "LSTM unmasked": lambda room, x, mask, options: room.LSTM(**options)(x),
    "GRU": lambda room, x, mask, options: room.GRU(**options)(x, mask=mask),
    "GRU reset before": lambda room, x, mask, options: room.GRU(reset_after=False, **options)(x, mask=mask),
    "SimpleRNN": lambda room, x, mask, options: room.SimpleRNN(**options)(x, mask=mask),
    "Bidirectional LSTM": lambda room, x, mask, options: room.Bidirectional(room.LSTM(**options))(x, mask=mask),
    "stacked": lambda room, x, mask, options: room.GRU(**options)(
        room.Bidirectional(room.LSTM(**options))(x, mask=mask), mask=mask
    ),
}


def read(split, every=1):
    """Token ids (padded with -1), language numbers."""
    rows = [row for row in open_data.rows(f"sib200/{split}.tsv.xz") if row["lang"] in LANGUAGES][::every]
    words = [[zlib.crc32(word.encode()) % BUCKETS for word in row["text"].lower().split()] for row in rows]
    token_ids = np.full((len(rows), max(map(len, words))), -1, "int32")
    for row, ids in zip(token_ids, words, strict=True):
        row[: len(ids)] = ids
    return token_ids, np.array([LANGUAGES.index(row["lang"]) for row in rows])


def build(kind, room, units, embedding=None):
    import keras

    from keras_i18n import layers

    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = layers.PaddingMask()(token_ids)
    x = (embedding or layers.MultilingualEmbedding(BUCKETS, 48, name="table"))(token_ids)
    x = KINDS[kind](room, x, mask, {"units": units, "return_sequences": True})
    x = keras.layers.Dense(len(LANGUAGES), activation="softmax")(layers.MaskedMean()(x, mask=mask))
    return keras.Model(token_ids, x)


def batches_of(token_ids):
    """Batches whose size and length change, the last of them one text."""
    edges = [0, 1, 8, 40, 72, 200, 300, len(token_ids) - 1, len(token_ids)]
    for begin, end in itertools.pairwise(edges):
        batch = token_ids[begin:end]
        yield batch[:, : int((batch >= 0).sum(1).max())]


def in_litert(content, batches):
    from tests.layers import runtimes

    return [runtimes.tflite_outputs(content, batch)[0] for batch in batches]


def in_mobile_runtime(content, batches):
    with tempfile.TemporaryDirectory() as folder:
        model, inputs, outputs = (pathlib.Path(folder) / name for name in ("model.tflite", "in.npz", "out.npz"))
        model.write_bytes(content)
        np.savez(inputs, **{f"batch_{number}": batch for number, batch in enumerate(batches)})
        script = open_data.REPOSITORY / "benchmarks" / "mobile_runtime.py"
        subprocess.run([MOBILE_PYTHON, script, model, inputs, outputs], check=True, capture_output=True)
        with np.load(outputs) as found:
            return [found[f"batch_{number}"] for number in range(len(batches))]


def tflite_in_precision(model, precision):
    """The TFLite file as `keras_i18n.export` stores it."""
    from keras_i18n.export import tflite_weights
    from tests.layers import runtimes

    if precision == "int8":
        return tflite_weights.to_int8(runtimes.tflite_bytes(model))
    return runtimes.tflite_bytes(model, precision)


def onnx_in_precision(converted, precision):
    """The ONNX model with weights as `keras_i18n.export` stores them."""
    import onnx

    from keras_i18n.export import onnx_weights

    stored = onnx.ModelProto()
    stored.CopyFrom(converted)
    onnx_weights.store(stored, precision)
    return stored


def in_onnx_runtime(converted, batches):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(converted.SerializeToString(), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return [session.run(None, {name: batch})[0] for batch in batches]


def measure(kind, units, epochs, train, dev):
    import keras

    from keras_i18n import layers, networks
    from tests.layers import runtimes

    keras.utils.set_random_seed(1)
    model = build(kind, layers, units)
    model.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*train, batch_size=64, epochs=epochs, verbose=0)
    batches = list(batches_of(dev[0]))
    expected = np.concatenate([np.array(model(batch, training=False)) for batch in batches])
    kerass = build(kind, keras.layers, units)
    kerass.set_weights(model.get_weights())
    rows = [("Keras' own layer", "float32", [np.array(kerass(batch, training=False)) for batch in batches], None)]
    # in int8 each row of the table has its own step
    packed = networks.few_bit_tables(model, "int8")
    for precision in LIMITS:
        exported = packed if precision == "int8" else model
        onnx = runtimes.onnx_model(exported)
        content = tflite_in_precision(exported, precision)
        rows.append(("LiteRT", precision, in_litert(content, batches), len(content)))
        rows.append(("tflite-runtime 2.14.0", precision, in_mobile_runtime(content, batches), len(content)))
        converted = onnx_in_precision(onnx, precision)
        rows.append(("ONNX Runtime", precision, in_onnx_runtime(converted, batches), converted.ByteSize()))
    for runtime, precision, outputs, size in rows:
        outputs = np.concatenate(outputs)
        agreement = float((outputs.argmax(-1) == expected.argmax(-1)).mean())
        difference = float(np.abs(outputs - expected).max())
        yield {
            "kind": kind,
            "runtime": runtime,
            "precision": precision,
            "largest_difference": difference,
            "label_agreement": agreement,
            "accuracy": float((outputs.argmax(-1) == dev[1]).mean()),
            "bytes": size,
            "within_limit": difference <= LIMITS[precision] and agreement >= MINIMUM_AGREEMENT,
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS), metavar="KIND")
    parser.add_argument("--units", type=int, default=48)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--results", default="recurrent_export", help="name of the file with the results")
    arguments = parser.parse_args()
    if not MOBILE_PYTHON.exists():
        sys.exit("This benchmark runs tflite-runtime 2.14.0: first `make .venvs/tflite_runtime/.installed`.")
    train, dev = read("train", every=2), read("dev", every=2)
    begin, results = time.time(), []
    print(f"{'kind':20} {'runtime':22} {'precision':9} {'difference':>10} {'agreement':>9} {'accuracy':>8} {'KB':>6}")
    for kind in arguments.kinds:
        for row in measure(kind, arguments.units, arguments.epochs, train, dev):
            results.append(row)
            size = f"{row['bytes'] / 1000:6.0f}" if row["bytes"] else " " * 6
            print(
                f"{kind:20} {row['runtime']:22} {row['precision']:9} {row['largest_difference']:10.2g} "
                f"{row['label_agreement']:9.4f} {row['accuracy']:8.3f} {size}{'' if row['within_limit'] else '  OVER THE LIMIT'}",
                flush=True,
            )
    path = open_data.REPOSITORY / "benchmarks" / "results" / f"{arguments.results}.json"
    path.parent.mkdir(exist_ok=True)
    content = {
        "languages": LANGUAGES,
        "units": arguments.units,
        "dev_texts": len(dev[0]),
        "seconds": round(time.time() - begin),
        "rows": results,
    }
    path.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
