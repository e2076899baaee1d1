"""The converter's quick way writes what TensorFlow's own way writes; equal constants stand in a file once."""

import numpy as np
import pytest
import tensorflow as tf

from keras_i18n.export import tflite_conversion
from keras_i18n.export.tflite_slimming import share_constants
from keras_i18n.export.tflite_weights import to_float32
from tests.layers import runtimes

TABLE = np.arange(40, dtype="float32").reshape(10, 4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table that is read twice, also in a loop, and given out as it is."""
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32, name="ids")])
    def serve(ids):
        rows = tf.gather(tf.constant(TABLE), ids)
        _, total = tf.while_loop(
            lambda step, total: step < 3,
            lambda step, total: (step + 1, total + tf.gather(tf.constant(TABLE), ids)),
            [0, rows],
            shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, 4])],
        )
        return {"table": tf.constant(TABLE), "total": total}

    module.serve = serve
    path = tmp_path_factory.mktemp("saved")
    tf.saved_model.save(module, str(path), signatures={"serve": serve})
    return path


def model_of(content):
    from tensorflow.lite.python import schema_py_generated as schema

    return schema.ModelT.InitFromPackedBuf(content, 0)


def held(model):
    """How many buffers hold numbers."""
    return sum(buffer.data is not None for buffer in model.buffers)


def test_it_writes_what_tensorflows_own_way_writes(folder):
    found = to_float32(tflite_conversion.converted(folder, endpoint="serve"))
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder), signature_keys=["serve"])
    converter.exclude_conversion_metadata = True
    theirs = model_of(converter.convert())
    ours = model_of(found)
    assert [len(graph.operators) for graph in ours.subgraphs] == [len(graph.operators) for graph in theirs.subgraphs]
    assert held(ours) <= held(theirs)
    ids = np.array([3, 9, 0], "int32")
    table, total = runtimes.tflite_outputs(found, ids)
    np.testing.assert_array_equal(table, TABLE)
    np.testing.assert_array_equal(total, 4 * TABLE[ids])


def test_equal_constants_are_one_and_what_may_change_keeps_its_own():
    from tensorflow.lite.python import schema_py_generated as schema

    kinds = ["given", "first", "equal", "other", "answer", "made", "variable"]
    content = {name: np.full(8, 7, "uint8") for name in kinds} | {"given": None, "other": np.full(8, 9, "uint8")}
    model, graph, operator = schema.ModelT(), schema.SubGraphT(), schema.OperatorT()
    model.subgraphs, model.buffers, graph.tensors, graph.operators = [graph], [], [], [operator]
    for place, name in enumerate(kinds):
        tensor, buffer = schema.TensorT(), schema.BufferT()
        tensor.buffer, tensor.isVariable, buffer.data = place, name == "variable", content[name]
        graph.tensors.append(tensor)
        model.buffers.append(buffer)
    graph.inputs, graph.outputs, operator.outputs = [0], [4], [5]
    share_constants(model)
    assert [tensor.buffer for tensor in graph.tensors] == [0, 1, 1, 3, 4, 5, 6]
    assert [place for place, buffer in enumerate(model.buffers) if buffer.data is None] == [0, 2]


def test_another_tensorflow_converts_by_its_own_way(folder, monkeypatch):
    expected = to_float32(tflite_conversion.converted(folder, endpoint="serve"))

    def lacks(*_):
        raise AttributeError("planted")

    monkeypatch.setattr(tflite_conversion, "_quickly", lacks)
    found = tflite_conversion.converted(folder, endpoint="serve")
    for one, other in zip(
        runtimes.tflite_outputs(found, np.array([1], "int32")),
        runtimes.tflite_outputs(expected, np.array([1], "int32")),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


def test_what_was_not_quick_is_none_of_a_file(folder, monkeypatch):
    """TensorFlow loads a SavedModel to convert it, and this does not."""
    monkeypatch.setattr(tf.saved_model, "load", None)
    from tensorflow.lite.python import lite

    monkeypatch.setattr(lite, "_load", None)
    assert tflite_conversion.converted(folder, endpoint="serve")
