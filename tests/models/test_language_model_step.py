"""The step with explicit states, token by token: Keras, LiteRT, tflite-runtime and ONNX Runtime."""

import pathlib
import subprocess

import numpy as np
import onnxruntime
import pytest
from ai_edge_litert.interpreter import Interpreter

from tests.layers import mobile_runtime, runtimes
from tests.models.test_language_model import KINDS, log_softmax, model_of

TEXT = "नमस्ते日本 ok"

_SCRIPT = """
import sys
import numpy as np
from tflite_runtime.interpreter import Interpreter

runner = Interpreter(sys.argv[1], num_threads=1).get_signature_runner("serve")
with np.load(sys.argv[2]) as given:
    ids, states = given["ids"], [given[f"state_{number}"] for number in range(len(given.files) - 1)]
logits = []
for token in ids:
    feeds = {f"state_{number}": state for number, state in enumerate(states)}
    outputs = runner(token_ids=token.reshape(1, 1), **feeds)
    found, *states = [outputs[f"output_{number}"] for number in range(len(states) + 1)]
    logits.append(found)
np.save(sys.argv[3], np.concatenate(logits))
"""


def first_states(step, batch=1):
    fill = {"int32": -1, "float32": 0}
    return [np.full((batch, *spec.shape[1:]), fill[spec.dtype], spec.dtype) for spec in step.inputs[1:]]


def run(step_outputs, ids, states):
    """Logits `(tokens, vocabulary)` of one text, a token at a time."""
    logits = []
    for token in ids:
        found, *states = step_outputs(np.array([[token]], "int32"), *states)
        logits.append(np.array(found)[0])
    return np.stack(logits)


def onnx_step(step, converted):
    assert {node.domain for node in converted.graph.node} <= {"", "ai.onnx"}
    session = onnxruntime.InferenceSession(converted.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [f"output_{number}" for number in range(len(step.inputs))]
    inputs = [spec.name for spec in step.inputs]
    return lambda *values: session.run(names, dict(zip(inputs, values, strict=True)))


def litert_step(content, step):
    interpreter = Interpreter(model_content=content, num_threads=1)
    names = {operator["op_name"] for operator in interpreter._get_ops_details()}
    assert not any(name.startswith("Flex") or name in ("CUSTOM", "WHILE") for name in names), names
    runner = interpreter.get_signature_runner("serve")
    inputs = [spec.name for spec in step.inputs]

    def outputs(*values):
        found = runner(**dict(zip(inputs, values, strict=True)))
        return [found[name] for name in sorted(found)]

    return outputs


@pytest.mark.parametrize("kind", KINDS)
def test_every_runtime_gives_the_scores_of_keras(kind, tmp_path):
    model = model_of(kind, num_layers=2, max_tokens=32)
    step = model.step_network()
    ids, states = model.token_ids([TEXT])[0][:-1], first_states(step)
    expected = np.array(model.network(ids[None]))[0]
    keras_step = run(lambda *values: runtimes.keras_outputs(step, *values), ids, states)
    np.testing.assert_allclose(keras_step, expected, atol=2e-5)

    files = runtimes.Files(step)
    content = files.tflite
    np.testing.assert_allclose(run(litert_step(content, step), ids, states), expected, atol=2e-5)
    np.testing.assert_allclose(run(onnx_step(step, files.onnx), ids, states), expected, atol=2e-5)
    np.testing.assert_allclose(in_tflite_runtime(content, ids, states, tmp_path), expected, atol=2e-5)


def in_tflite_runtime(content, ids, states, folder: pathlib.Path):
    if not mobile_runtime.PYTHON.exists():
        pytest.skip("needs the mobile runtime: run `make .venvs/tflite_runtime/.installed`")
    (folder / "step.tflite").write_bytes(content)
    named = {f"state_{number}": state for number, state in enumerate(states)}
    np.savez(folder / "given.npz", ids=ids.astype("int32"), **named)
    files = [str(folder / name) for name in ("step.tflite", "given.npz", "logits.npy")]
    ran = subprocess.run([mobile_runtime.PYTHON, "-c", _SCRIPT, *files], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return np.load(files[2])


def test_int8_keeps_the_suggestions():
    model = model_of("lstm", units=64)
    step = model.step_network()
    ids, states = model.token_ids([TEXT])[0][:-1], first_states(step)
    expected = run(lambda *values: runtimes.keras_outputs(step, *values), ids, states)
    found = run(litert_step(runtimes.tflite_bytes(step, "int8"), step), ids, states)
    assert np.abs(np.exp(log_softmax(found)) - np.exp(log_softmax(expected))).max() < 5e-2


@pytest.mark.parametrize("kind", ["gru", "transformer"])
def test_rows_of_a_batch_are_their_own(kind):
    model = model_of(kind, max_tokens=4)
    step = model.step_network()
    tokens = np.array([[3, 9], [4, 8], [5, 7], [6, 6], [7, 5], [8, 4]], "int32")  # longer than the context
    states = first_states(step, batch=2)
    for pair in tokens:
        logits, *states = runtimes.keras_outputs(step, pair[:, None], *states)
    alone = run(lambda *values: runtimes.keras_outputs(step, *values), tokens[:, 1], first_states(step))
    np.testing.assert_allclose(np.array(logits)[1], alone[-1], atol=1e-5)
    if kind == "transformer":
        np.testing.assert_array_equal(states[0], tokens[-4:].T)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_step_survives_a_file(suffix):
    step = model_of("lstm", num_layers=2).step_network()
    loaded = runtimes.round_trip(step, suffix)
    values = [np.array([[5]], "int32"), *first_states(step)]
    found = [runtimes.keras_outputs(model, *values) for model in (step, loaded)]
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
