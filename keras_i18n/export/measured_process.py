"""Run as a script, in a process of its own: opens one exported file in one runtime and tells how fast it answers.

Usage: python measured_process.py JOB.json INPUTS.npz. The job has "path", "runtime", "threads", "repeats", "input", the
name of the input that is measured, and "beside", what else the file reads: whole numbers by name, the same in all calls; each
array of the inputs is one text or image, called KIND/NUMBER. It prints one JSON. It imports neither this
package nor TensorFlow (a SavedModel and Keras' own files apart): what is told as memory is the runtime's and the file's.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np


def _beside(job):
    return {name: np.array(value, "int32") for name, value in job["beside"].items()}


def _tflite(interpreter_class):
    def opened(path, job):
        runner = interpreter_class(path, num_threads=job["threads"]).get_signature_runner("serving_default")
        beside = _beside(job)
        return lambda value: runner(**{job["input"]: value}, **beside)

    return opened


def _litert():
    from ai_edge_litert.interpreter import Interpreter

    return _tflite(Interpreter)


def _tflite_runtime():
    from tflite_runtime.interpreter import Interpreter

    return _tflite(Interpreter)


def _onnx_runtime():
    import onnxruntime

    def opened(path, job):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = job["threads"], 3
        options.enable_mem_reuse = False  # as `load_exported` opens it
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        beside = _beside(job)
        return lambda value: session.run(None, {job["input"]: value, **beside})

    return opened


def _limit_tensorflow(job):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(job["threads"])
    tf.config.threading.set_inter_op_parallelism_threads(1)
    return tf


def _tensorflow():
    import tensorflow as tf

    def opened(path, job):
        _limit_tensorflow(job)
        serve = tf.saved_model.load(path).signatures["serving_default"]
        beside = {name: tf.constant(value) for name, value in _beside(job).items()}
        return lambda value: serve(**{job["input"]: tf.constant(value)}, **beside)

    return opened


def _keras():
    import keras
    import tensorflow as tf

    import keras_i18n.layers
    import keras_i18n.networks.beam_translation  # noqa: F401  (both register layers that the file names)

    def opened(path, job):
        _limit_tensorflow(job)
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
        forward = tf.function(
            lambda *values: model(list(values) if len(values) > 1 else values[0], training=False),
            input_signature=[tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in model.inputs],
            autograph=False,
        )
        beside = [tf.constant(value) for value in _beside(job).values()]  # after the text, as `to_keras` has it
        return lambda value: forward(tf.constant(value), *beside)

    return opened


# runtime -> imports it, and gives what opens a file: a function of one input
RUNTIMES: dict[str, Callable[[], Any]] = {
    "LiteRT": _litert,
    "tflite-runtime": _tflite_runtime,
    "ONNX Runtime": _onnx_runtime,
    "TensorFlow": _tensorflow,
    "Keras": _keras,
}


def resident_bytes() -> int:
    """Memory of this process that lies in RAM; where the system does not tell, the most that did so far."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def main(job_path: str, inputs_path: str) -> None:
    with open(job_path, encoding="utf-8") as file:
        job = json.load(file)
    with np.load(inputs_path, allow_pickle=False) as arrays:
        inputs = {name: arrays[name] for name in arrays.files}
    opener = RUNTIMES[job["runtime"]]()
    before = resident_bytes()
    started = time.perf_counter()
    run = opener(job["path"], job)
    loaded = time.perf_counter() - started
    times: dict[str, list[float]] = {}
    for number in range(job["repeats"] + 1):  # the first round warms up
        for name, value in inputs.items():
            started = time.perf_counter()
            run(value)
            if number:
                times.setdefault(name.partition("/")[0], []).append(time.perf_counter() - started)
    told = {"load_s": loaded, "memory": resident_bytes() - before, "times_s": times}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
