"""Runs one TFLite file in tflite-runtime 2.14.0, the last of its name, as Android devices of 2023 carry it.

Run by the environment that `make .venvs/tflite_runtime/.installed` makes; it needs neither TensorFlow nor this package:
    .venvs/tflite_runtime/bin/python benchmarks/mobile_runtime.py model.tflite inputs.npz outputs.npz
"""

import argparse

import numpy as np


def run(model, batches):
    """One array of outputs for each array of inputs."""
    from tflite_runtime.interpreter import Interpreter

    interpreter = Interpreter(model_path=model, num_threads=1)
    (name,) = interpreter.get_signature_list().values()
    runner = interpreter.get_signature_runner()
    return [next(iter(runner(**{name["inputs"][0]: batch}).values())) for batch in batches]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for argument in ("model", "inputs", "outputs"):
        parser.add_argument(argument)
    arguments = parser.parse_args()
    with np.load(arguments.inputs) as inputs:
        batches = [inputs[f"batch_{number}"] for number in range(len(inputs.files))]
    outputs = run(arguments.model, batches)
    np.savez(arguments.outputs, **{f"batch_{number}": output for number, output in enumerate(outputs)})
