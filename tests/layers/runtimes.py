"""Runs a Keras model of token ids in each runtime, for comparison: batch and length dynamic, built-in operators only."""

import pathlib
import tempfile

import keras
import numpy as np
import tensorflow as tf


def keras_outputs(model, *inputs):
    outputs = model(inputs[0] if len(inputs) == 1 else list(inputs), training=False)
    return [np.array(output) for output in tf.nest.flatten(outputs)]


def round_trip(model, suffix):
    """The model, saved as `.keras` or `.h5` and loaded again."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / f"model{suffix}"
        model.save(path)
        return keras.models.load_model(path)


def signature(model):
    """Input specs of the model with a dynamic batch and length."""
    return [tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype, tensor.name) for tensor in model.inputs]


def _serve(model):
    def serve(*inputs):
        outputs = tf.nest.flatten(model(inputs[0] if len(inputs) == 1 else list(inputs), training=False))
        return {f"output_{number}": output for number, output in enumerate(outputs)}

    return tf.function(serve, input_signature=signature(model))


def write_saved_model(model, folder):
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", _serve(model).python_function, input_signature=signature(model))
    archive.write_out(str(folder), verbose=False)


def saved_model_outputs(model, *inputs):
    with tempfile.TemporaryDirectory() as folder:
        write_saved_model(model, folder)
        loaded = tf.saved_model.load(folder)  # kept by name: its variables live as long as it does
        outputs = loaded.serve(*[tf.constant(value) for value in inputs])
    return [outputs[name].numpy() for name in sorted(outputs)]


def tflite_bytes(model, precision="float32"):
    """The model as a TFLite file: "float32", "float16" or "int8" (dynamic range)."""
    with tempfile.TemporaryDirectory() as folder:
        write_saved_model(model, folder)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=["serve"])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if precision != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter._experimental_disable_per_channel_quantization_for_dense_layers = True
        if precision == "float16":
            converter.target_spec.supported_types = [tf.float16]
        return converter.convert()


def tflite_outputs(content, *inputs):
    """What LiteRT answers; refuses a file that needs more than its built-in operators."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    names = {operator["op_name"] for operator in interpreter._get_ops_details()}
    foreign = {name for name in names if name.startswith("Flex") or name == "CUSTOM"}
    assert not foreign, f"not built in: {sorted(foreign)}"
    runner = interpreter.get_signature_runner("serve")
    names = list(runner.get_input_details())
    outputs = runner(**dict(zip(names, inputs, strict=True)))
    return [outputs[name] for name in sorted(outputs)]


def onnx_model(model):
    import tf2onnx

    converted, _ = tf2onnx.convert.from_function(_serve(model), input_signature=signature(model), opset=18)
    return converted


def onnx_outputs(converted, *inputs):
    """What ONNX Runtime answers; refuses operators outside the `ai.onnx` domain."""
    import onnxruntime

    domains = {node.domain for node in converted.graph.node} | {opset.domain for opset in converted.opset_import}
    assert domains <= {"", "ai.onnx", "ai.onnx.ml"}, domains
    assert all(node.domain in ("", "ai.onnx") for node in converted.graph.node)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(converted.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = sorted(output.name for output in session.get_outputs())
    feeds = {spec.name: value for spec, value in zip(session.get_inputs(), inputs, strict=True)}
    return session.run(names, feeds)
