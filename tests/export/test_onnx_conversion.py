"""tf2onnx with its optimisers called in our way makes what it makes in its own."""

import collections
import os

import numpy as np
import onnxruntime
import tensorflow as tf

from keras_i18n.export import FORMATS, onnx_conversion, onnx_graphs
from keras_i18n.export.exportable import exportable
from keras_i18n.tokenizers import CharacterTokenizer

SIGNATURE = [tf.TensorSpec([None, None], tf.float32, "given")]


@tf.function(input_signature=SIGNATURE)
def function(given):
    """A loop, a branch, what is there twice, what is constant, what leads nowhere, and two casts in a row."""
    count = tf.shape(given)[1]
    _, total = tf.while_loop(lambda i, _: i < count, lambda i, x: (i + 1, x * 0.5 + given[:, :1]), [0, given])
    twice = tf.expand_dims(tf.tanh(total), 1) + tf.expand_dims(tf.tanh(total), 1)
    tf.transpose(twice, [2, 1, 0])
    back = tf.transpose(tf.transpose(tf.squeeze(twice, 1)) + tf.transpose(tf.constant([[1.0, 2.0]]))[:1])
    chosen = tf.cond(count > 2, lambda: tf.identity(back), lambda: back * 2.0)
    return {"answer": tf.cast(tf.cast(chosen > 0.5, tf.int32), tf.float32) + chosen}


def operators(graph):
    """How many of each kind there are, the bodies of loops and branches among them."""
    counts = collections.Counter(node.op_type for node in graph.node)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                counts += operators(attribute.g)
    return counts


def answer(model, given):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["answer"], {"given": given})[0]


def test_the_operators_are_those_of_tf2onnx():
    from tf2onnx import convert, optimizer

    before = dict(optimizer._optimizers)
    ours = onnx_conversion.converted(function, SIGNATURE)
    assert optimizer._optimizers == before
    assert onnx_conversion._CATCH_ERRORS not in os.environ
    options = {"opset": onnx_conversion.OPSET, "custom_op_handlers": onnx_conversion._HANDLERS}
    theirs, _ = convert.from_function(function, input_signature=SIGNATURE, **options)
    assert operators(ours.graph) == operators(theirs.graph)
    assert {"Loop", "If"} <= set(operators(ours.graph))
    for given in (np.eye(4, dtype="float32"), np.full((1, 2), 0.3, "float32")):
        expected = function(given)["answer"].numpy()
        np.testing.assert_allclose(answer(ours, given), expected, atol=1e-6)
        np.testing.assert_array_equal(answer(ours, given), answer(theirs, given))


def test_quick_methods_make_what_those_of_tf2onnx_make():
    from tf2onnx import convert, graph
    from tf2onnx.onnx_opset import controlflow

    def methods():
        return dict(vars(graph.Graph)), dict(vars(graph.Node)), controlflow.copy

    given = {"input_signature": SIGNATURE, "opset": onnx_conversion.OPSET}
    before, theirs = methods(), convert.from_function(function, **given)[0]
    with onnx_graphs.quick():
        assert methods() != before
        ours = convert.from_function(function, **given)[0]
    assert methods() == before
    assert operators(ours.graph) == operators(theirs.graph)
    matrix = np.eye(4, dtype="float32")
    np.testing.assert_array_equal(answer(ours, matrix), answer(theirs, matrix))


def test_an_optimiser_that_fails_is_left_out(monkeypatch):
    from tf2onnx.optimizer import LoopOptimizer

    def fails(step, graph):
        raise KeyError("planted")

    monkeypatch.setattr(LoopOptimizer, "_optimize", fails)
    assert operators(onnx_conversion.converted(function, SIGNATURE).graph)["Loop"]


def test_a_model_is_traced_once_for_savedmodel_tflite_and_onnx(tmp_path):
    exported = exportable(CharacterTokenizer("ab", compose=False))
    for name in ("saved_model", "tflite", "onnx"):
        row = FORMATS[name]
        row.save(exported.told_as(exported.metadata), tmp_path / row.file)
    assert exported.serve.experimental_get_tracing_count() == 1
