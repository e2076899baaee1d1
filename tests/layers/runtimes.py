"""Runs a Keras model of token ids in each runtime, for comparison: batch and length dynamic, built-in operators only."""

import functools
import pathlib
import tempfile

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.export import onnx_conversion, tflite_conversion


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

    return tf.function(serve, input_signature=signature(model), autograph=False)


class Files:
    """What the runtimes are given of one model as it is now: it is traced once, and written as a SavedModel once."""

    def __init__(self, model):
        self.signature = signature(model)
        self._serve = _serve(model)
        self._folder = tempfile.TemporaryDirectory()
        write_saved_model(model, self._folder.name, self._serve)

    def keras_outputs(self, *inputs):
        """What Keras answers as a graph: step by step the loops of a tokenizer take up to a hundred times as long."""
        outputs = self._serve(*[tf.constant(value) for value in inputs])
        return [outputs[name].numpy() for name in sorted(outputs)]

    @functools.cached_property
    def tflite(self):
        return _tflite_bytes(self._folder.name)

    @functools.cached_property
    def onnx(self):
        return onnx_conversion.converted(self._serve, self.signature)

    @functools.cached_property
    def _tflite_runner(self):
        return _tflite_runner(self.tflite)

    @functools.cached_property
    def _onnx_session(self):
        return _onnx_session(self.onnx)

    def tflite_outputs(self, *inputs):
        """As `tflite_outputs` below, in one interpreter for inputs of all sizes."""
        return _ask_tflite(self._tflite_runner, inputs)

    def onnx_outputs(self, *inputs):
        return _ask_onnx(self._onnx_session, inputs)

    def saved_model_outputs(self, *inputs):
        return _saved_model_outputs(self._folder.name, *inputs)


def write_saved_model(model, folder, serve=None):
    """As `keras_i18n.export.saved_model` does: Keras' own `ExportArchive` traces and looks through the model once more."""
    module = tf.Module()
    module.variables_of_model = [variable.value for variable in model.variables]
    module.serve = serve or _serve(model)
    tf.saved_model.save(module, str(folder), signatures={"serve": module.serve})


def _saved_model_outputs(folder, *inputs):
    loaded = tf.saved_model.load(folder)  # kept by name: its variables live as long as it does
    outputs = loaded.serve(*[tf.constant(value) for value in inputs])
    return [outputs[name].numpy() for name in sorted(outputs)]


def saved_model_outputs(model, *inputs):
    return Files(model).saved_model_outputs(*inputs)


def tflite_bytes(model, precision="float32"):
    """The model as a TFLite file: "float32", "float16" or "int8" (dynamic range)."""
    with tempfile.TemporaryDirectory() as folder:
        write_saved_model(model, folder)
        return _tflite_bytes(folder, precision)


def _tflite_bytes(folder, precision="float32"):
    if precision == "float32":
        return tflite_conversion.converted(folder, endpoint="serve")
    converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=["serve"])
    converter.exclude_conversion_metadata = True
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter._experimental_disable_per_channel_quantization_for_dense_layers = True
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
    return converter.convert()


def tflite_outputs(content, *inputs):
    """What LiteRT answers; refuses a file that needs more than its built-in operators."""
    return _ask_tflite(_tflite_runner(content), inputs)


def _tflite_runner(content):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    names = {operator["op_name"] for operator in interpreter._get_ops_details()}
    foreign = {name for name in names if name.startswith("Flex") or name == "CUSTOM"}
    assert not foreign, f"not built in: {sorted(foreign)}"
    return interpreter.get_signature_runner("serve")


def _ask_tflite(runner, inputs):
    outputs = runner(**dict(zip(list(runner.get_input_details()), inputs, strict=True)))
    return [outputs[name] for name in sorted(outputs)]


def onnx_model(model):
    return onnx_conversion.converted(_serve(model), signature(model))


def onnx_outputs(converted, *inputs):
    """What ONNX Runtime answers; refuses operators outside the `ai.onnx` domain."""
    return _ask_onnx(_onnx_session(converted), inputs)


def _onnx_session(converted):
    import onnxruntime

    domains = {node.domain for node in converted.graph.node} | {opset.domain for opset in converted.opset_import}
    assert domains <= {"", "ai.onnx", "ai.onnx.ml"}, domains
    assert all(node.domain in ("", "ai.onnx") for node in converted.graph.node)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(converted.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _ask_onnx(session, inputs):
    names = sorted(output.name for output in session.get_outputs())
    feeds = {spec.name: value for spec, value in zip(session.get_inputs(), inputs, strict=True)}
    return session.run(names, feeds)
