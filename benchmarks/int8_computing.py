"""Whether computing in int8 (dynamic range) is faster than in float32: the encoder's body, one text of about 105 characters.

The body alone, token vectors in; LiteRT by its converter's dynamic range, ONNX Runtime by `quantize_dynamic`, one thread each.
Files take turns, so that what else the machine does meets all of them; told are the least and the median time, and how many
texts of the encoder's languages (SIB-200 dev, every fourth) get the label that float32 gives them.
"""

import argparse
import pathlib
import tempfile
import time

import encoder_languages
import numpy as np
import onnxruntime
import open_data
import parallel_data
import results_file
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from onnxruntime.quantization import QuantType, quantize_dynamic

import keras_i18n as ki
from keras_i18n import networks


def litert(content):
    run = Interpreter(model_content=content, num_threads=1).get_signature_runner("serving_default")
    return lambda inputs: next(iter(run(**inputs).values()))


def onnx_runtime(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda inputs: session.run(None, inputs)[0]


def dynamic_range(model, folder):
    """The body's .tflite whose large matrices are bytes, and whose products are computed in bytes."""
    _, body = networks.split_at_token_vectors(model.network)
    body.export(folder, format="tf_saved_model", verbose=False)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    data = converter.convert()
    run = Interpreter(model_content=data, num_threads=1).get_signature_runner()
    names = list(run.get_input_details())
    by_rank = {len(run.get_input_details()[name]["shape"]): name for name in names}
    return data, lambda inputs: next(
        iter(run(**{by_rank[3]: inputs["token_vectors"], by_rank[1]: inputs["length"]}).values())
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=400)
    rounds = parser.parse_args().rounds
    train = parallel_data.topics("train", {"en"})
    model = ki.TextClassifier.from_preset("use_multilingual_v3", labels=train.labels)
    model.fit(train, verbose=0)
    texts = [row["text"] for row in open_data.rows("sib200/dev.tsv.xz") if row["lang"] == "fr"]
    text = min(texts, key=lambda one: abs(len(one) - 105))
    ids = model.tokenize([text])[0]
    rows = networks.token_rows(model.network)[ids][None]
    inputs = {"token_vectors": rows, "length": np.array([len(ids)], "int32")}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        ki.export.export_body(model, folder)
        content = (folder / "body.tflite").read_bytes()
        data, dynamic = dynamic_range(model, folder / "saved")
        quantize_dynamic(folder / "body.onnx", folder / "int8.onnx", weight_type=QuantType.QInt8)
        runs = {
            "litert float32": (litert(content), len(content)),
            "litert int8": (dynamic, len(data)),
            "onnx float32": (onnx_runtime(folder / "body.onnx"), (folder / "body.onnx").stat().st_size),
            "onnx int8": (onnx_runtime(folder / "int8.onnx"), (folder / "int8.onnx").stat().st_size),
        }
        times = {name: [] for name in runs}
        for place in range(rounds + 20):
            for name, (run, _) in runs.items():
                begin = time.perf_counter()
                run(inputs)
                if place >= 20:
                    times[name].append(time.perf_counter() - begin)
        tags = set(encoder_languages.TAGS)
        every = [row["text"] for row in open_data.rows("sib200/dev.tsv.xz") if row["lang"] in tags][::4]
        table = networks.token_rows(model.network)
        given = [
            {"token_vectors": table[one][None], "length": np.array([len(one)], "int32")}
            for one in model.tokenize(every)
        ]
        labels = {name: [int(run(one).argmax()) for one in given] for name, (run, _) in runs.items()}
        expected = runs["litert float32"][0](inputs)
        figures = {
            name: {
                "least_ms": round(1000 * min(times[name]), 3),
                "median_ms": round(1000 * float(np.median(times[name])), 3),
                "bytes": size,
                "difference": float(np.abs(run(inputs) - expected).max()),
                "same_labels": float(np.mean(np.array(labels[name]) == labels["litert float32"])),
            }
            for name, (run, size) in runs.items()
        }
    for name, row in figures.items():
        print(name, row, flush=True)
    results_file.write(
        "int8_computing", {"characters": len(text), "tokens": len(ids), "texts": len(every), "files": figures}
    )


if __name__ == "__main__":
    main()
