"""Runs a TFLite file in tflite-runtime 2.14.0: an environment of its own, reached through a subprocess."""

import pathlib
import subprocess
import tempfile

import numpy as np
import pytest

PYTHON = pathlib.Path(__file__).parents[2] / ".venvs" / "tflite_runtime" / "bin" / "python"

_SCRIPT = """
import sys
import numpy as np
import tflite_runtime
from tflite_runtime.interpreter import Interpreter

assert tflite_runtime.__version__ == "2.14.0", tflite_runtime.__version__
model, inputs, outputs, signature, output = sys.argv[1:]
runner = Interpreter(model, num_threads=1).get_signature_runner(signature)
name, = runner.get_input_details()
answers = {}
with np.load(inputs) as arrays:
    for number in arrays.files:
        found = runner(**{name: arrays[number]})
        answers[number] = found[output or sorted(found)[0]]
np.savez(outputs, **answers)
"""


def outputs(content, batches, signature="serve", output=""):
    """An output of a signature of the file for each batch of its one input: the first by name unless it is named."""
    if not PYTHON.exists():
        pytest.skip("needs the mobile runtime: run `make .venvs/tflite_runtime/.installed`")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "model.tflite").write_bytes(content)
        np.savez(folder / "inputs.npz", **{str(number): batch for number, batch in enumerate(batches)})
        files = [str(folder / name) for name in ("model.tflite", "inputs.npz", "outputs.npz")]
        ran = subprocess.run([PYTHON, "-c", _SCRIPT, *files, signature, output], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr[-2000:]
        with np.load(files[2]) as arrays:
            return [arrays[str(number)] for number in range(len(batches))]
