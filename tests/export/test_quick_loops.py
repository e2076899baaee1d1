"""Loops of exported files carry no constants, read nothing anew that stays the same, and answer as before."""

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import keras_i18n as ki
from keras_i18n.export import onnx_loops, onnx_normalization
from keras_i18n.export.codepoints import codepoints_of
from keras_i18n.export.packing import packed
from tests.layers import mobile_runtime

TEXTS = ["one two three", "fünf", "", "two two two two 😀", "İI three one"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A translator whose tables are large enough to be stored as bytes, its int8 files, and what it answers."""
    keras.utils.set_random_seed(3)
    pairs = [("one two three", "eins zwei drei"), ("two one four", "zwei eins vier"), ("five three", "fünf drei")]
    options = {"size": "tiny", "decoder": "attention", "decoder_layers": 2}
    model = ki.Translator.from_scratch(pairs, vocabulary_size=300, dim=256, num_heads=2, hidden_dim=260, **options)
    folder = ki.export(model, tmp_path_factory.mktemp("files"), formats=["tflite", "onnx"], precision="int8")
    return folder, packed(model, "int8").translate(TEXTS)


def flatbuffer(folder):
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf((folder / "model.tflite").read_bytes(), 0)
    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
    kinds = [names[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes]
    return model, [[(kinds[one.opcodeIndex], one) for one in graph.operators] for graph in model.subgraphs]


def test_a_tflite_loop_carries_no_constant(exported):
    model, operators = flatbuffer(exported[0])
    num_loops = 0
    for graph, own in zip(model.subgraphs, operators, strict=True):
        widened = {one.outputs[0] for kind, one in own if kind == "DEQUANTIZE"}
        for kind, loop in own:
            if kind != "WHILE":
                continue
            num_loops += 1
            body = model.subgraphs[loop.builtinOptions.bodySubgraphIndex]
            for given, entry, end in zip(loop.inputs, body.inputs, body.outputs, strict=True):
                data = model.buffers[graph.tensors[given].buffer].data
                assert entry != end or (given not in widened and (data is None or not len(data)))
            inner = operators[loop.builtinOptions.bodySubgraphIndex]
            sizes = [np.prod(body.tensors[one.inputs[0]].shape) for kind, one in inner if kind == "DEQUANTIZE"]
            assert min(sizes, default=1e9) > 4096  # biases and the like are not widened at each step
    assert num_loops >= 2


def test_an_onnx_loop_is_handed_no_constant_and_turns_no_table(exported):
    model = onnx.load(exported[0] / "model.onnx")
    loops = [node for graph in onnx_loops._graphs(model.graph) for node in graph.node if node.op_type == "Loop"]
    steps = next(body for body in map(onnx_loops._body, loops) if any(node.op_type == "ArgMax" for node in body.node))
    kinds = [node.op_type for node in steps.node]
    assert kinds.count("LayerNormalization") == 7
    assert "ReduceMean" not in kinds
    for node in steps.node:
        if node.op_type in onnx_loops._MOVABLE:
            own = onnx_loops._own_names(steps) - {tensor.name for tensor in steps.initializer}
            assert own & set(node.input), node
    for loop in loops:
        body = onnx_loops._body(loop)
        same = {node.output[0]: node.input[0] for node in body.node if node.op_type == "Identity"}
        told = [same.get(value.name, value.name) for value in body.output][1:]
        assert not any(value.name == end for value, end in zip(body.input[2:], told, strict=False))


def test_the_answers_are_those_of_keras(exported):
    folder, expected = exported
    for file in ("model.tflite", "model.onnx"):
        runner = ki.load_exported(folder / file)
        found = [runner.translate([text])[0] for text in TEXTS]
        assert sum(one == other for one, other in zip(found, expected, strict=True)) >= 4, (file, found, expected)
    (mobile,) = mobile_runtime.outputs(
        (folder / "model.tflite").read_bytes(),
        [codepoints_of(TEXTS[:1])],
        signature="serving_default",
        output="translation",
    )
    assert (
        "".join(map(chr, mobile[0][mobile[0] > 0])) == ki.load_exported(folder / "model.tflite").translate(TEXTS[:1])[0]
    )


def loop_of(body_nodes, carried, constants=()):
    """A model with a loop of three steps: y += ..., other values handed on."""
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 2]) for name in ("x", "w")]
    inner = [helper.make_tensor_value_info(f"{name}_in", TensorProto.FLOAT, [2, 2]) for name in carried]
    outer = [helper.make_tensor_value_info(f"{name}_end", TensorProto.FLOAT, [2, 2]) for name in carried]
    step = helper.make_tensor_value_info("step", TensorProto.INT64, [])
    goes, still = (helper.make_tensor_value_info(name, TensorProto.BOOL, []) for name in ("goes", "still"))
    nodes = [helper.make_node("Identity", ["goes"], ["still"]), *body_nodes]
    body = helper.make_graph(nodes, "body", [step, goes, *inner], [still, *outer], list(constants))
    after = [f"{name}_after" for name in carried]
    loop = helper.make_node("Loop", ["count", "", *carried], after, body=body)
    results = [helper.make_tensor_value_info("answer", TensorProto.FLOAT, [2, 2])]
    last = helper.make_node("Add", [after[0], after[-1]], ["answer"])
    count = numpy_helper.from_array(np.array(3, "int64"), "count")
    graph = helper.make_graph([loop, last], "model", given, results, [count])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def answers(model):
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    values = np.array([[1, 2], [3, 4]], "float32")
    return session.run(None, {"x": values, "w": values[::-1].copy() / 5})[0]


def test_what_changes_stays_in_the_loop():
    nodes = [
        helper.make_node("Transpose", ["w_in"], ["turned"], perm=[1, 0]),  # leaves, with what it reads
        helper.make_node("Mul", ["turned", "two"], ["twice"]),
        helper.make_node("MatMul", ["x_in", "twice"], ["product"]),
        helper.make_node("Mul", ["product", "two"], ["x_end"]),
        helper.make_node("Identity", ["w_in"], ["w_end"]),
    ]
    two = numpy_helper.from_array(np.array(0.5, "float32"), "two")
    model = loop_of(nodes, ["x", "w"], [two])
    expected = answers(model)
    onnx_loops.leave_out_handed_on(model)
    onnx_loops.move_out_of_loops(model)
    assert [node.op_type for node in model.graph.node] == ["Transpose", "Mul", "Loop", "Add"]
    body = onnx_loops._body(model.graph.node[2])
    assert [node.op_type for node in body.node] == ["Identity", "MatMul", "Mul"]
    np.testing.assert_array_equal(answers(model), expected)


def test_a_swap_is_no_value_handed_on():
    nodes = [helper.make_node("Identity", ["w_in"], ["x_end"]), helper.make_node("Identity", ["x_in"], ["w_end"])]
    model = loop_of(nodes, ["x", "w"])
    expected, before = answers(model), model.SerializeToString()
    onnx_loops.leave_out_handed_on(model)
    assert model.SerializeToString() == before
    np.testing.assert_array_equal(answers(model), expected)


@pytest.mark.parametrize("axis", [-1, 1])
def test_only_the_last_axis_is_normalized_by_one_operator(axis):
    import tensorflow as tf

    from keras_i18n.export import onnx_conversion

    layer = keras.layers.LayerNormalization(axis=axis, epsilon=0.3)
    layer.build((None, 4, 4))
    generator = np.random.default_rng(2)
    layer.set_weights([generator.normal(size=4).astype("float32") for _ in range(2)])
    signature = [tf.TensorSpec([None, 4, 4], tf.float32, name="given")]
    function = tf.function(lambda given: {"answer": layer(given)}, input_signature=signature)
    model = onnx_conversion.converted(function, signature)
    assert onnx_normalization.fuse_layer_normalization(model) == (axis == -1)
    given = generator.normal(size=(2, 4, 4)).astype("float32")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"given": given})[0], layer(given), atol=1e-5)


def test_a_choice_makes_no_nan_of_infinity():
    import tensorflow as tf

    from keras_i18n.export import onnx_conversion

    signature = [tf.TensorSpec([None], tf.float32, name="given")]

    @tf.function(input_signature=signature)
    def function(given):
        whole = tf.cast(given, tf.int32)
        return {
            "answer": tf.where(given > 0, tf.math.log(given), 0.0),
            "truth": tf.where(whole < 2, given > 5, given > 0),
        }

    model = onnx_conversion.converted(function, signature)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    given = np.array([0, -1, 1, np.e, 7], "float32")
    answer, truth = session.run(["answer", "truth"], {"given": given})
    np.testing.assert_allclose(answer, [0, 0, 0, 1, np.log(7)], atol=1e-6)
    assert truth.tolist() == [False, False, False, True, True]
